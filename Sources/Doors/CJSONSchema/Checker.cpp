// The walk itself, and the constraints of any value.
#include "Checker.hpp"

#include "CheckerTexts.hpp"

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

}  // namespace cjsonschema_door
