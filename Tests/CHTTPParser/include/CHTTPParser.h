// Debian's http-parser 2.9.4 as an oracle for tests: what another implementation makes of a connection's bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Reads `bytes` as a connection of requests and returns an account of them, one line an event, or NULL without memory; the caller frees
// it with free(). The events: "M method", "U target", "V major.minor", "H name:value" (before the body) or "T name:value" (after it),
// "B count" with the body's bytes in the next line, "E 1" (the connection is kept) or "E 0", and at the end "X error" where the bytes
// were refused. Values are as the parser gives them. Reading ends with a request that does not keep the connection.
uint8_t *chp_read(const uint8_t *bytes, size_t count, size_t *length);
