// ComparisonTests
