#pragma once
// Small things that the checks share.

#include "Checker.hpp"

#include <string>

namespace cjsonschema_door {

inline re2::StringPiece piece(const rapidjson::Value &string) { return re2::StringPiece(string.GetString(), string.GetStringLength()); }

/// A name in quotation marks, cut to a readable length at a character's end.
inline std::string quoted(const char *text, size_t count) {
    size_t end = count > 60 ? 60 : count;
    while (end > 0 && end < count && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) end--;
    return "\"" + std::string(text, end) + (end < count ? "…\"" : "\"");
}

inline std::string quoted(const std::string &text) { return quoted(text.data(), text.size()); }

inline std::string counted(size_t count, const char *what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

template <typename Text>
rapidjson::Value::ConstMemberIterator find(const rapidjson::Value &object, const Text &name) {
    return object.FindMember(rapidjson::StringRef(name.data(), name.size()));
}

}  // namespace cjsonschema_door
