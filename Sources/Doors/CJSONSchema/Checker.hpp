#pragma once
// Walks a document along the constraints that valijson has read from a schema.

#include <re2/re2.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

// RapidJSON under a name of its own: CJSON has it with other settings, and two of one name must not meet in one program. A
// misuse throws, as valijson expects; its own assertion makes a string of the file's name each time that it is asked.
#define VALIJSON_USE_EXCEPTIONS 1
#define RAPIDJSON_NAMESPACE cjsonschema_rapidjson
#define RAPIDJSON_NAMESPACE_BEGIN namespace cjsonschema_rapidjson {
#define RAPIDJSON_NAMESPACE_END }
namespace cjsonschema_rapidjson {
[[noreturn]] void misused();
}
#define RAPIDJSON_ASSERT(x) ((x) ? static_cast<void>(0) : cjsonschema_rapidjson::misused())
namespace rapidjson = cjsonschema_rapidjson;
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-W#warnings"
#include <valijson/adapters/rapidjson_adapter.hpp>
#pragma clang diagnostic pop
#include <valijson/constraints/concrete_constraints.hpp>
#include <valijson/schema.hpp>

namespace cjsonschema_door {

/// The compiled patterns of a schema, by their text.
using Patterns = std::map<std::string, std::unique_ptr<const re2::RE2>>;

struct Violation {
    std::string pointer;
    const char *keyword;
    std::string message;
};

/// Visits each constraint in its place. It stands where valijson's own visitor could: that one runs patterns through
/// std::regex, which overflows its stack on long strings; it knows no bounds, takes 1.0 for no integer, and says where and why
/// in sentences only.
class Checker final : public valijson::constraints::ConstraintVisitor {
public:
    Checker(const Patterns &patterns, size_t limit) : patterns_(patterns), limit_(limit) {}

    void run(const valijson::Subschema &schema, const rapidjson::Value &document);

    std::vector<Violation> takeViolations() { return std::move(found_); }

    /// The keyword at which a bound ended the walk; NULL when none did.
    const char *unchecked() const { return unchecked_; }

    bool visit(const AllOfConstraint &) override;
    bool visit(const AnyOfConstraint &) override;
    bool visit(const ConditionalConstraint &) override;
    bool visit(const ConstConstraint &) override;
    bool visit(const ContainsConstraint &) override;
    bool visit(const DependenciesConstraint &) override;
    bool visit(const EnumConstraint &) override;
    bool visit(const FormatConstraint &) override { return true; }
    bool visit(const LinearItemsConstraint &) override;
    bool visit(const MaxItemsConstraint &) override;
    bool visit(const MaximumConstraint &) override;
    bool visit(const MaxLengthConstraint &) override;
    bool visit(const MaxPropertiesConstraint &) override;
    bool visit(const MinItemsConstraint &) override;
    bool visit(const MinimumConstraint &) override;
    bool visit(const MinLengthConstraint &) override;
    bool visit(const MinPropertiesConstraint &) override;
    bool visit(const MultipleOfDoubleConstraint &) override;
    bool visit(const MultipleOfIntConstraint &) override;
    bool visit(const NotConstraint &) override;
    bool visit(const OneOfConstraint &) override;
    bool visit(const PatternConstraint &) override;
    bool visit(const PolyConstraint &) override { return true; }
    bool visit(const PropertiesConstraint &) override;
    bool visit(const PropertyNamesConstraint &) override;
    bool visit(const RequiredConstraint &) override;
    bool visit(const SingularItemsConstraint &) override;
    bool visit(const TypeConstraint &) override;
    bool visit(const UniqueItemsConstraint &) override;

private:
    using Value = rapidjson::Value;
    using Subschema = valijson::Subschema;

    /// One step from a value into it: a member's name, or an element's place.
    struct Step {
        const Value *name;
        size_t index;
    };

    bool check(const Subschema &schema, const Value &value);
    bool checkElement(const Subschema &schema, size_t index);
    bool checkMember(const Subschema &schema, const Value::Member &member);
    /// Whether a schema takes the present value, without telling.
    bool takesQuietly(const Subschema &schema);
    /// Which pattern properties a name matches; false where the walk must end.
    bool checkPatternProperties(const PropertiesConstraint &constraint, std::vector<bool> &known);
    /// Tells what is wrong with the only alternative that could have been meant.
    void explain(const AnyOfConstraint &constraint);

    bool violated(const char *keyword, std::string message);
    bool isMultiple(double divisor);
    /// Counts work; false, and nothing more is checked, when there has been too much.
    bool spend(size_t steps, const char *keyword);
    bool giveUp(const char *keyword);
    std::string pointer() const;

    const Patterns &patterns_;
    const size_t limit_;
    const Value *value_ = nullptr;
    std::vector<Step> path_;
    std::vector<Violation> found_;
    /// Where violations go; NULL while only yes or no is asked.
    std::vector<Violation> *sink_ = nullptr;
    size_t depth_ = 0;
    size_t steps_ = 0;
    const char *unchecked_ = nullptr;
    /// Nothing more is looked at: a bound was met, or there are violations enough.
    bool ended_ = false;
    std::function<bool(const valijson::constraints::Constraint &)> visitor_;
};

}  // namespace cjsonschema_door
