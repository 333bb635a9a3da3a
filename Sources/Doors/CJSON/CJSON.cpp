#include "CJSON.h"

#include <cstdlib>
#include <cstring>

#ifdef __SSE2__
#define RAPIDJSON_SSE2
#endif
#include <rapidjson/reader.h>

namespace {

using namespace rapidjson;

// Receives RapidJSON's events and appends them to the tape. malloc instead of std::vector: running out of memory is then an
// error like any other, and nothing here can throw.
class TapeBuilder {
public:
    TapeBuilder(const char *text, uint32_t depthLimit) : text_(text), depthLimit_(depthLimit) {}
    ~TapeBuilder() { std::free(entries_); }

    bool Null() { return append(CJSON_NULL, 0, 0); }
    bool Bool(bool value) { return append(value ? CJSON_TRUE : CJSON_FALSE, 0, 0); }
    bool RawNumber(const char *text, SizeType length, bool) { return append(CJSON_NUMBER, length, offset(text)); }
    bool String(const char *text, SizeType length, bool) { return append(CJSON_STRING, length, offset(text)); }
    bool Key(const char *text, SizeType length, bool) { return append(CJSON_STRING, length, offset(text)); }
    bool StartObject() { return open(CJSON_OBJECT); }
    bool EndObject(SizeType members) { return close(members); }
    bool StartArray() { return open(CJSON_ARRAY); }
    bool EndArray(SizeType elements) { return close(elements); }
    // Never called while numbers are kept as text, but part of the handler's interface.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(int64_t) { return false; }
    bool Uint64(uint64_t) { return false; }
    bool Double(double) { return false; }

    /// Why the builder stopped the parse; NULL when it did not.
    const char *failure() const { return failure_; }

    /// Hands the entries over to the caller, who frees them.
    cjson_entry *take(size_t &count) {
        cjson_entry *taken = entries_;
        count = count_;
        entries_ = nullptr;
        return taken;
    }

private:
    uint64_t offset(const char *text) const { return static_cast<uint64_t>(text - text_); }

    bool append(uint32_t kind, uint32_t size, uint64_t position) {
        if (count_ == capacity_) {
            size_t grown = capacity_ == 0 ? 64 : capacity_ * 2;
            void *moved = std::realloc(entries_, grown * sizeof(cjson_entry));
            if (!moved) {
                failure_ = "not enough memory";
                return false;
            }
            entries_ = static_cast<cjson_entry *>(moved);
            capacity_ = grown;
        }
        entries_[count_++] = cjson_entry{kind, size, position};
        return true;
    }

    bool open(uint32_t kind) {
        if (depth_ == depthLimit_) {
            failure_ = "nested too deeply";
            return false;
        }
        openEntries_[depth_++] = count_;
        return append(kind, 0, 0);
    }

    bool close(SizeType size) {
        entries_[openEntries_[--depth_]].size = size;
        return true;
    }

    const char *text_;
    uint32_t depthLimit_;
    uint32_t depth_ = 0;
    size_t openEntries_[CJSON_DEPTH_MAXIMUM];
    cjson_entry *entries_ = nullptr;
    size_t count_ = 0;
    size_t capacity_ = 0;
    const char *failure_ = nullptr;
};

// The first byte that may stand nowhere in a JSON text; `length` when there is none. RapidJSON's vector path lets
// 0x1A…0x1F pass inside strings and takes NUL for the end, hence this pass of our own.
size_t firstControlCharacter(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return i;
    }
    return length;
}

// The value of four hexadecimal digits, or -1.
int hexadecimal(const char *digits) {
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = digits[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

// Turns every surrogate escape without its other half into \ufffd, in place. `text` ends with a NUL, so that looking ahead
// stops there.
void replaceLoneSurrogates(char *text, size_t length) {
    char *end = text + length;
    char *at = text;
    while ((at = static_cast<char *>(std::memchr(at, '\\', static_cast<size_t>(end - at))))) {
        if (at[1] != 'u' || end - at < 6) {
            at += end - at < 2 ? 1 : 2;
            continue;
        }
        int unit = hexadecimal(at + 2);
        if (unit >= 0xD800 && unit <= 0xDFFF) {
            int next = unit <= 0xDBFF && end - at >= 12 && at[6] == '\\' && at[7] == 'u' ? hexadecimal(at + 8) : -1;
            if (next >= 0xDC00 && next <= 0xDFFF) {
                at += 12;
                continue;
            }
            std::memcpy(at + 2, "fffd", 4);
        }
        at += 6;
    }
}

const char *message(ParseErrorCode code) {
    switch (code) {
    case kParseErrorDocumentEmpty: return "there is no value";
    case kParseErrorDocumentRootNotSingular: return "something follows the value";
    case kParseErrorValueInvalid: return "a value should stand here";
    case kParseErrorObjectMissName: return "a member's name should stand here";
    case kParseErrorObjectMissColon: return "a colon should follow the member's name";
    case kParseErrorObjectMissCommaOrCurlyBracket: return "a comma or } should follow the member";
    case kParseErrorArrayMissCommaOrSquareBracket: return "a comma or ] should follow the element";
    case kParseErrorStringUnicodeEscapeInvalidHex: return "\\u should be followed by four hexadecimal digits";
    case kParseErrorStringUnicodeSurrogateInvalid: return "a surrogate escape lacks its other half";
    case kParseErrorStringEscapeInvalid: return "no such escape or a bare control character in a string";
    case kParseErrorStringMissQuotationMark: return "the string has no end";
    case kParseErrorStringInvalidEncoding: return "the string is not UTF-8";
    case kParseErrorNumberTooBig: return "the number is beyond the range of a double";
    case kParseErrorNumberMissFraction: return "a digit should follow the decimal point";
    case kParseErrorNumberMissExponent: return "a digit should follow the exponent sign";
    default: return "this is not JSON";
    }
}

cjson_tape failed(const char *error, size_t offset) { return cjson_tape{nullptr, 0, nullptr, error, offset}; }

}  // namespace

extern "C" cjson_tape cjson_parse(const uint8_t *bytes, size_t length, uint32_t depth_limit) {
    if (length >= UINT32_MAX) return failed("the text is longer than 4 GiB", 0);
    // Sixteen zeros at the end: the terminator, and room for the vector path to read past it.
    char *text = static_cast<char *>(std::malloc(length + 16));
    if (!text) return failed("not enough memory", 0);
    if (length > 0) std::memcpy(text, bytes, length);
    std::memset(text + length, 0, 16);

    size_t control = firstControlCharacter(text, length);
    if (control < length) {
        std::free(text);
        return failed("a bare control character", control);
    }
    replaceLoneSurrogates(text, length);

    TapeBuilder builder(text, depth_limit < CJSON_DEPTH_MAXIMUM ? depth_limit : CJSON_DEPTH_MAXIMUM);
    Reader reader;
    InsituStringStream stream(text);
    constexpr unsigned flags = kParseInsituFlag | kParseIterativeFlag | kParseNumbersAsStringsFlag;
    ParseResult result = reader.Parse<flags>(stream, builder);
    if (result.IsError()) {
        std::free(text);
        return failed(builder.failure() ? builder.failure() : message(result.Code()), result.Offset());
    }
    cjson_tape tape{};
    tape.entries = builder.take(tape.entry_count);
    tape.text = reinterpret_cast<const uint8_t *>(text);
    return tape;
}

extern "C" void cjson_release(cjson_tape tape) {
    std::free(const_cast<cjson_entry *>(tape.entries));
    std::free(const_cast<uint8_t *>(tape.text));
}
