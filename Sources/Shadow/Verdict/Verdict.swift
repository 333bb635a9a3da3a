// Verdict
