#pragma once
// JSON text to a flat tape, over RapidJSON. A plain C header: neither C++ nor RapidJSON shows through it, and no exception
// crosses it.
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a tape entry is.
enum cjson_kind {
    CJSON_NULL = 0,
    CJSON_FALSE = 1,
    CJSON_TRUE = 2,
    /// `position` and `size`: the number's text as written.
    CJSON_NUMBER = 3,
    /// `position` and `size`: the string's bytes, escapes resolved. Not checked for being UTF-8.
    CJSON_STRING = 4,
    /// `size`: how many elements follow.
    CJSON_ARRAY = 5,
    /// `size`: how many members follow, each a string entry (the name) and then the value.
    CJSON_OBJECT = 6,
};

/// One value of the document; values stand in the order of the text, a container before its content.
typedef struct cjson_entry {
    uint32_t kind;
    uint32_t size;
    /// Offset in `text`, which is also the offset in the parsed bytes.
    uint64_t position;
} cjson_entry;

/// The result of a parse. Owned by the caller, who gives it to `cjson_release` once, whether the parse succeeded or not.
typedef struct cjson_tape {
    const cjson_entry *_Nullable entries;
    size_t entry_count;
    /// What the positions refer to: a copy of the parsed bytes in which strings have been decoded in place.
    const uint8_t *_Nullable text;
    /// NULL after success; else a static English phrase that says what is wrong.
    const char *_Nullable error;
    /// Where the parsed bytes stop being JSON.
    size_t error_offset;
} cjson_tape;

/// Parses one JSON document (RFC 8259) of `length` bytes without recursion. Containers nested deeper than `depth_limit`
/// (at most CJSON_DEPTH_MAXIMUM) are an error, and so are numbers beyond the range of a double. A lone surrogate escape is
/// read as U+FFFD, since no UTF-8 text can hold it.
cjson_tape cjson_parse(const uint8_t *_Nullable bytes, size_t length, uint32_t depth_limit);

/// Frees what a tape holds.
void cjson_release(cjson_tape tape);

/// The deepest nesting that can be asked for.
#define CJSON_DEPTH_MAXIMUM 1024

#ifdef __cplusplus
}
#endif
