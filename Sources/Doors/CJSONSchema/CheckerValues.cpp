// The constraints of numbers and strings.
#include "Checker.hpp"

#include "CheckerTexts.hpp"

#include <cmath>
#include <cstdio>
#include <limits>

namespace cjsonschema_door {

namespace {

/// The length of a string in code points.
size_t length(const rapidjson::Value &string) {
    size_t count = 0;
    for (rapidjson::SizeType i = 0; i < string.GetStringLength(); i++) {
        if ((static_cast<unsigned char>(string.GetString()[i]) & 0xC0) != 0x80) count++;
    }
    return count;
}

/// A number in the shortest form of up to 15 digits.
std::string shown(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.15g", number);
    return text;
}

}  // namespace

// Numbers

bool Checker::visit(const MaximumConstraint &constraint) {
    if (!value_->IsNumber()) return true;
    const double maximum = constraint.getMaximum();
    if (constraint.getExclusiveMaximum()) {
        return value_->GetDouble() < maximum || violated("exclusiveMaximum", "should be below " + shown(maximum));
    }
    return value_->GetDouble() <= maximum || violated("maximum", "should be at most " + shown(maximum));
}

bool Checker::visit(const MinimumConstraint &constraint) {
    if (!value_->IsNumber()) return true;
    const double minimum = constraint.getMinimum();
    if (constraint.getExclusiveMinimum()) {
        return value_->GetDouble() > minimum || violated("exclusiveMinimum", "should be above " + shown(minimum));
    }
    return value_->GetDouble() >= minimum || violated("minimum", "should be at least " + shown(minimum));
}

bool Checker::visit(const MultipleOfDoubleConstraint &constraint) { return isMultiple(constraint.getDivisor()); }

bool Checker::visit(const MultipleOfIntConstraint &constraint) {
    const int64_t divisor = constraint.getDivisor();
    if (value_->IsInt64() && divisor > 0) {
        return value_->GetInt64() % divisor == 0 || violated("multipleOf", "should be a multiple of " + std::to_string(divisor));
    }
    return isMultiple(static_cast<double>(divisor));
}

bool Checker::isMultiple(double divisor) {
    if (!value_->IsNumber()) return true;
    const double quotient = value_->GetDouble() / divisor;
    // Neither 19.99 nor 0.01 is a double: their quotient may miss a whole number by a few of its last places.
    const double tolerance = 4 * std::numeric_limits<double>::epsilon() * std::fabs(quotient);
    if (std::fabs(quotient - std::nearbyint(quotient)) <= tolerance) return true;
    return violated("multipleOf", "should be a multiple of " + shown(divisor));
}

// Strings

bool Checker::visit(const MaxLengthConstraint &constraint) {
    if (!value_->IsString() || length(*value_) <= constraint.getMaxLength()) return true;
    return violated("maxLength", "should have at most " + counted(constraint.getMaxLength(), "character"));
}

bool Checker::visit(const MinLengthConstraint &constraint) {
    if (!value_->IsString() || length(*value_) >= constraint.getMinLength()) return true;
    return violated("minLength", "should have at least " + counted(constraint.getMinLength(), "character"));
}

bool Checker::visit(const PatternConstraint &constraint) {
    if (!value_->IsString()) return true;
    if (!spend(1 + value_->GetStringLength() / 64, "pattern")) return true;
    std::string text;
    constraint.getPattern(text);
    const auto pattern = patterns_.find(text);
    if (pattern == patterns_.end()) return giveUp("pattern");
    return re2::RE2::PartialMatch(piece(*value_), *pattern->second) || violated("pattern", "should match " + quoted(text));
}

}  // namespace cjsonschema_door
