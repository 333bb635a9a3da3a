// MirrorTests
