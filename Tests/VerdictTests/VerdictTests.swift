// VerdictTests
