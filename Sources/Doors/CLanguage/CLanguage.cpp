#include "CLanguage.h"

#include <climits>
// The library's header names FILE and does not include it.
#include <cstdio>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

extern "C" clanguage_guess clanguage_detect(const uint8_t *text, size_t length) {
    const clanguage_guess none{nullptr, 0};
    if (!text || length == 0 || length > INT_MAX) return none;
    CLD2::CLDHints hints{nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    CLD2::Language languages[3];
    int percents[3];
    double scores[3];
    int letters = 0;
    bool isReliable = false;
    int validBytes = 0;
    CLD2::Language language;
    // The detector allocates; running out of memory is no guess.
    try {
        language = CLD2::ExtDetectLanguageSummaryCheckUTF8(
            reinterpret_cast<const char *>(text), static_cast<int>(length), true, &hints, 0, languages, percents, scores, nullptr,
            &letters, &isReliable, &validBytes);
    } catch (...) {
        return none;
    }
    if (!isReliable || language == CLD2::UNKNOWN_LANGUAGE || language != languages[0]) return none;
    return clanguage_guess{CLD2::LanguageCode(language), percents[0]};
}
