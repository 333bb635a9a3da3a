// TrafficTests
