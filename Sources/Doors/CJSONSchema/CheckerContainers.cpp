// The constraints of arrays and objects.
#include "Checker.hpp"

#include "CheckerTexts.hpp"

namespace cjsonschema_door {

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
