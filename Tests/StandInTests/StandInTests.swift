// StandInTests
