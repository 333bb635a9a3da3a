#include "Checker.hpp"

#include <cmath>
#include <stdexcept>

void cjsonschema_rapidjson::misused() { throw std::runtime_error("a value is used as what it is not"); }

namespace cjsonschema_door {

namespace {

/// A subschema within a subschema takes up to 1 KB of stack.
constexpr size_t depthLimit = 1000;
/// About a third of a second.
constexpr size_t stepLimit = 2000000;

const char *typeName(valijson::constraints::TypeConstraint::JsonType type) {
    using Type = valijson::constraints::TypeConstraint;
    switch (type) {
    case Type::kArray: return "array";
    case Type::kBoolean: return "boolean";
    case Type::kInteger: return "integer";
    case Type::kNull: return "null";
    case Type::kNumber: return "number";
    case Type::kObject: return "object";
    case Type::kString: return "string";
    default: return "any";
    }
}

const char *typeName(const rapidjson::Value &value) {
    switch (value.GetType()) {
    case rapidjson::kNullType: return "null";
    case rapidjson::kFalseType:
    case rapidjson::kTrueType: return "boolean";
    case rapidjson::kObjectType: return "object";
    case rapidjson::kArrayType: return "array";
    case rapidjson::kStringType: return "string";
    default: return "number";
    }
}

bool isInteger(const rapidjson::Value &value) {
    if (value.IsInt64() || value.IsUint64()) return true;
    return value.IsDouble() && std::trunc(value.GetDouble()) == value.GetDouble();
}

bool isOfType(const rapidjson::Value &value, valijson::constraints::TypeConstraint::JsonType type) {
    using Type = valijson::constraints::TypeConstraint;
    switch (type) {
    case Type::kArray: return value.IsArray();
    case Type::kBoolean: return value.IsBool();
    case Type::kInteger: return isInteger(value);
    case Type::kNull: return value.IsNull();
    case Type::kNumber: return value.IsNumber();
    case Type::kObject: return value.IsObject();
    case Type::kString: return value.IsString();
    default: return true;
    }
}

/// The length of a string in code points.
size_t length(const rapidjson::Value &string) {
    size_t count = 0;
    for (rapidjson::SizeType i = 0; i < string.GetStringLength(); i++) {
        if ((static_cast<unsigned char>(string.GetString()[i]) & 0xC0) != 0x80) count++;
    }
    return count;
}

re2::StringPiece piece(const rapidjson::Value &string) { return re2::StringPiece(string.GetString(), string.GetStringLength()); }

/// A name in quotation marks, cut to a readable length at a character's end.
std::string quoted(const char *text, size_t count) {
    size_t end = count > 60 ? 60 : count;
    while (end > 0 && end < count && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) end--;
    return "\"" + std::string(text, end) + (end < count ? "…\"" : "\"");
}

std::string quoted(const std::string &text) { return quoted(text.data(), text.size()); }

/// A number in the shortest form of up to 15 digits.
std::string shown(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.15g", number);
    return text;
}

std::string counted(size_t count, const char *what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

template <typename Text>
rapidjson::Value::ConstMemberIterator find(const rapidjson::Value &object, const Text &name) {
    return object.FindMember(rapidjson::StringRef(name.data(), name.size()));
}

}  // namespace

void Checker::run(const Subschema &schema, const Value &document) {
    visitor_ = [this](const valijson::constraints::Constraint &constraint) { return constraint.accept(*this); };
    sink_ = &found_;
    check(schema, document);
}

bool Checker::check(const Subschema &schema, const Value &value) {
    if (ended_) return true;
    if (depth_ == depthLimit) return giveUp("$ref");
    if (!spend(1, "$ref")) return true;
    const Value *outer = value_;
    value_ = &value;
    bool isTaken;
    if (schema.getAlwaysInvalid()) {
        isTaken = violated("false", "should not be there");
    } else {
        depth_++;
        isTaken = sink_ ? schema.apply(visitor_) : schema.applyStrict(visitor_);
        depth_--;
    }
    value_ = outer;
    return isTaken || ended_;
}

bool Checker::checkElement(const Subschema &schema, size_t index) {
    path_.push_back(Step{nullptr, index});
    bool isTaken = check(schema, (*value_)[static_cast<rapidjson::SizeType>(index)]);
    path_.pop_back();
    return isTaken;
}

bool Checker::checkMember(const Subschema &schema, const Value::Member &member) {
    path_.push_back(Step{&member.name, 0});
    bool isTaken = check(schema, member.value);
    path_.pop_back();
    return isTaken;
}

bool Checker::takesQuietly(const Subschema &schema) {
    std::vector<Violation> *outer = sink_;
    sink_ = nullptr;
    bool isTaken = check(schema, *value_);
    sink_ = outer;
    return isTaken;
}

bool Checker::violated(const char *keyword, std::string message) {
    if (ended_) return true;
    if (!sink_) return false;
    if (sink_->size() < limit_) sink_->push_back(Violation{pointer(), keyword, std::move(message)});
    if (sink_->size() >= limit_) ended_ = true;
    return false;
}

bool Checker::spend(size_t steps, const char *keyword) {
    if (ended_) return false;
    steps_ += steps;
    if (steps_ <= stepLimit) return true;
    giveUp(keyword);
    return false;
}

bool Checker::giveUp(const char *keyword) {
    unchecked_ = keyword;
    ended_ = true;
    return true;
}

std::string Checker::pointer() const {
    std::string text;
    for (const Step &step : path_) {
        text += '/';
        if (!step.name) {
            text += std::to_string(step.index);
            continue;
        }
        for (rapidjson::SizeType i = 0; i < step.name->GetStringLength(); i++) {
            char c = step.name->GetString()[i];
            if (c == '~') text += "~0";
            else if (c == '/') text += "~1";
            else text += c;
        }
    }
    return text;
}

// Any value

bool Checker::visit(const TypeConstraint &constraint) {
    bool isTaken = false;
    constraint.applyToNamedTypes([&](valijson::constraints::TypeConstraint::JsonType type) {
        isTaken = isOfType(*value_, type);
        return !isTaken;
    });
    if (isTaken || !sink_) return isTaken;
    std::string names;
    constraint.applyToNamedTypes([&](valijson::constraints::TypeConstraint::JsonType type) {
        names += (names.empty() ? "" : " or ") + std::string(typeName(type));
        return true;
    });
    return violated("type", "should be " + names + ", is " + typeName(*value_));
}

bool Checker::visit(const ConstConstraint &constraint) {
    if (constraint.getValue()->equalTo(valijson::adapters::RapidJsonAdapter(*value_), true)) return true;
    return violated("const", "is not the one value allowed");
}

bool Checker::visit(const EnumConstraint &constraint) {
    const valijson::adapters::RapidJsonAdapter value(*value_);
    bool isTaken = false;
    size_t count = 0;
    constraint.applyToValues([&](const valijson::adapters::FrozenValue &allowed) {
        count++;
        isTaken = !spend(1, "enum") || allowed.equalTo(value, true);
        return !isTaken;
    });
    return isTaken || violated("enum", "is none of the " + counted(count, "value") + " allowed");
}

// Schemas in place

bool Checker::visit(const AllOfConstraint &constraint) {
    bool isTaken = true;
    constraint.applyToSubschemas([&](unsigned, const Subschema *schema) {
        isTaken = check(*schema, *value_) && isTaken;
        return isTaken || sink_;
    });
    return isTaken;
}

bool Checker::visit(const AnyOfConstraint &constraint) {
    bool isTaken = false;
    size_t count = 0;
    constraint.applyToSubschemas([&](unsigned, const Subschema *schema) {
        count++;
        isTaken = takesQuietly(*schema);
        return !isTaken;
    });
    if (isTaken) return true;
    if (sink_) explain(constraint);
    return violated("anyOf", "fits none of " + counted(count, "schema"));
}

void Checker::explain(const AnyOfConstraint &constraint) {
    std::vector<Violation> *outer = sink_;
    const std::string here = pointer();
    std::vector<Violation> meant;
    size_t possible = 0;
    constraint.applyToSubschemas([&](unsigned, const Subschema *schema) {
        std::vector<Violation> found;
        sink_ = &found;
        check(*schema, *value_);
        bool isOther = false;
        for (const Violation &violation : found) {
            const std::string keyword = violation.keyword;
            isOther = isOther || (violation.pointer == here && (keyword == "type" || keyword == "const" || keyword == "enum"));
        }
        if (!isOther) {
            possible++;
            meant = std::move(found);
        }
        // An alternative with too many violations ends the walk only for itself.
        if (!unchecked_) ended_ = false;
        return !ended_;
    });
    sink_ = outer;
    if (possible != 1) return;
    for (Violation &violation : meant) {
        if (sink_->size() < limit_) sink_->push_back(std::move(violation));
    }
}

bool Checker::visit(const OneOfConstraint &constraint) {
    size_t taken = 0;
    size_t count = 0;
    constraint.applyToSubschemas([&](unsigned, const Subschema *schema) {
        count++;
        if (takesQuietly(*schema)) taken++;
        return taken < 2;
    });
    if (taken == 1) return true;
    return violated("oneOf", taken == 0 ? "fits none of " + counted(count, "schema") : "fits more than one schema");
}

bool Checker::visit(const NotConstraint &constraint) {
    return !takesQuietly(*constraint.getSubschema()) || violated("not", "fits the schema that it should not fit");
}

bool Checker::visit(const ConditionalConstraint &constraint) {
    const Subschema *branch =
        takesQuietly(*constraint.getIfSubschema()) ? constraint.getThenSubschema() : constraint.getElseSubschema();
    return !branch || check(*branch, *value_);
}

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

// Arrays

bool Checker::visit(const MaxItemsConstraint &constraint) {
    if (!value_->IsArray() || value_->Size() <= constraint.getMaxItems()) return true;
    return violated("maxItems", "should have at most " + counted(constraint.getMaxItems(), "element"));
}

bool Checker::visit(const MinItemsConstraint &constraint) {
    if (!value_->IsArray() || value_->Size() >= constraint.getMinItems()) return true;
    return violated("minItems", "should have at least " + counted(constraint.getMinItems(), "element"));
}

bool Checker::visit(const UniqueItemsConstraint &) {
    if (!value_->IsArray()) return true;
    for (rapidjson::SizeType i = 1; i < value_->Size(); i++) {
        if (!spend(i, "uniqueItems")) return true;
        for (rapidjson::SizeType j = 0; j < i; j++) {
            if ((*value_)[i] == (*value_)[j]) {
                return violated("uniqueItems", "has equal elements at " + std::to_string(j) + " and " + std::to_string(i));
            }
        }
    }
    return true;
}

bool Checker::visit(const ContainsConstraint &constraint) {
    if (!value_->IsArray()) return true;
    std::vector<Violation> *outer = sink_;
    sink_ = nullptr;
    bool isTaken = false;
    for (rapidjson::SizeType i = 0; i < value_->Size() && !isTaken; i++) isTaken = checkElement(*constraint.getSubschema(), i);
    sink_ = outer;
    return isTaken || violated("contains", "has no element of the kind that it should contain");
}

bool Checker::visit(const SingularItemsConstraint &constraint) {
    if (!value_->IsArray()) return true;
    bool isTaken = true;
    for (rapidjson::SizeType i = 0; i < value_->Size() && !ended_ && (isTaken || sink_); i++) {
        isTaken = checkElement(*constraint.getItemsSubschema(), i) && isTaken;
    }
    return isTaken;
}

bool Checker::visit(const LinearItemsConstraint &constraint) {
    if (!value_->IsArray()) return true;
    bool isTaken = true;
    const size_t count = constraint.getItemSubschemaCount();
    constraint.applyToItemSubschemas([&](unsigned index, const Subschema *schema) {
        if (index >= value_->Size() || ended_) return false;
        isTaken = checkElement(*schema, index) && isTaken;
        return isTaken || sink_;
    });
    const Subschema *rest = constraint.getAdditionalItemsSubschema();
    if (!rest) {
        return (value_->Size() <= count || violated("additionalItems", "should have at most " + counted(count, "element"))) && isTaken;
    }
    for (size_t i = count; i < value_->Size() && !ended_ && (isTaken || sink_); i++) isTaken = checkElement(*rest, i) && isTaken;
    return isTaken;
}

// Objects

bool Checker::visit(const MaxPropertiesConstraint &constraint) {
    if (!value_->IsObject() || value_->MemberCount() <= constraint.getMaxProperties()) return true;
    return violated("maxProperties", "should have at most " + counted(constraint.getMaxProperties(), "member"));
}

bool Checker::visit(const MinPropertiesConstraint &constraint) {
    if (!value_->IsObject() || value_->MemberCount() >= constraint.getMinProperties()) return true;
    return violated("minProperties", "should have at least " + counted(constraint.getMinProperties(), "member"));
}

bool Checker::visit(const RequiredConstraint &constraint) {
    if (!value_->IsObject()) return true;
    bool isTaken = true;
    constraint.applyToRequiredProperties([&](const auto &name) {
        if (!spend(1 + value_->MemberCount() / 8, "required")) return false;
        if (find(*value_, name) == value_->MemberEnd()) {
            isTaken = violated("required", "lacks " + quoted(name.data(), name.size())) && isTaken;
        }
        return isTaken || sink_;
    });
    return isTaken;
}

bool Checker::visit(const PropertyNamesConstraint &constraint) {
    if (!value_->IsObject()) return true;
    bool isTaken = true;
    for (auto member = value_->MemberBegin(); member != value_->MemberEnd() && !ended_ && (isTaken || sink_); ++member) {
        std::vector<Violation> *outer = sink_;
        sink_ = nullptr;
        const bool isNameTaken = check(*constraint.getSubschema(), member->name);
        sink_ = outer;
        if (isNameTaken) continue;
        const std::string name = quoted(member->name.GetString(), member->name.GetStringLength());
        isTaken = violated("propertyNames", "has a member of the name " + name) && isTaken;
    }
    return isTaken;
}

bool Checker::visit(const PropertiesConstraint &constraint) {
    if (!value_->IsObject()) return true;
    bool isTaken = true;
    std::vector<bool> known(value_->MemberCount(), false);
    constraint.applyToProperties([&](const auto &name, const Subschema *schema) {
        if (!spend(1 + value_->MemberCount() / 8, "properties")) return false;
        const auto member = find(*value_, name);
        if (member == value_->MemberEnd()) return true;
        known[static_cast<size_t>(member - value_->MemberBegin())] = true;
        isTaken = checkMember(*schema, *member) && isTaken;
        return isTaken || sink_;
    });
    if (ended_ || (!isTaken && !sink_)) return isTaken;
    isTaken = checkPatternProperties(constraint, known) && isTaken;
    const Subschema *rest = constraint.getAdditionalPropertiesSubschema();
    for (size_t i = 0; i < known.size() && !ended_ && (isTaken || sink_); i++) {
        if (known[i]) continue;
        const auto member = value_->MemberBegin() + static_cast<std::ptrdiff_t>(i);
        if (rest) {
            isTaken = checkMember(*rest, *member) && isTaken;
        } else {
            const std::string name = quoted(member->name.GetString(), member->name.GetStringLength());
            isTaken = violated("additionalProperties", "should not have " + name) && isTaken;
        }
    }
    return isTaken;
}

bool Checker::checkPatternProperties(const PropertiesConstraint &constraint, std::vector<bool> &known) {
    bool isTaken = true;
    constraint.applyToPatternProperties([&](const auto &text, const Subschema *schema) {
        const auto pattern = patterns_.find(std::string(text.data(), text.size()));
        if (pattern == patterns_.end()) return !giveUp("patternProperties");
        for (size_t i = 0; i < known.size() && (isTaken || sink_); i++) {
            const auto member = value_->MemberBegin() + static_cast<std::ptrdiff_t>(i);
            if (!spend(1 + member->name.GetStringLength() / 64, "patternProperties")) return false;
            if (!re2::RE2::PartialMatch(piece(member->name), *pattern->second)) continue;
            known[i] = true;
            isTaken = checkMember(*schema, *member) && isTaken;
        }
        return isTaken || sink_;
    });
    return isTaken;
}

bool Checker::visit(const DependenciesConstraint &constraint) {
    if (!value_->IsObject()) return true;
    bool isTaken = true;
    constraint.applyToPropertyDependencies([&](const auto &name, const auto &needed) {
        if (!spend(1 + value_->MemberCount() / 8, "dependencies")) return false;
        if (find(*value_, name) == value_->MemberEnd()) return true;
        for (const auto &other : needed) {
            if (find(*value_, other) != value_->MemberEnd()) continue;
            const std::string names =
                quoted(other.data(), other.size()) + ", which " + quoted(name.data(), name.size()) + " requires";
            isTaken = violated("dependencies", "lacks " + names) && isTaken;
        }
        return isTaken || sink_;
    });
    constraint.applyToSchemaDependencies([&](const auto &name, const Subschema *schema) {
        if (ended_ || (!isTaken && !sink_)) return false;
        if (find(*value_, name) != value_->MemberEnd()) isTaken = check(*schema, *value_) && isTaken;
        return true;
    });
    return isTaken;
}

}  // namespace cjsonschema_door
