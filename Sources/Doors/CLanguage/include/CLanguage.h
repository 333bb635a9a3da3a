#pragma once
// Which language a text is written in, over CLD2 (Debian's libcld2). A plain C header: neither C++ nor CLD2 shows through it,
// and no exception crosses it.
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What the detector takes a text for.
typedef struct clanguage_guess {
    /// CLD2's code of the language, in static memory; NULL when the text is in no language that it is sure of.
    const char *_Nullable code;
    /// The share of the text's letters that is in that language, 0…100.
    int percent;
} clanguage_guess;

/// The language of `length` bytes of plain text. Bytes that are not UTF-8 are in none.
clanguage_guess clanguage_detect(const uint8_t *_Nullable text, size_t length);

#ifdef __cplusplus
}
#endif
