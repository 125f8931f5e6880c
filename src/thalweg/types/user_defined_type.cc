#include "thalweg/types/user_defined_type.h"

#include <arrow/array/array_base.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/checked_cast.h>

#include "thalweg/types/column_metadata.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/marked_type.h"

namespace thalweg {
namespace {

using arrow::Type;
using arrow::internal::checked_cast;

/// A user-defined type of which no array exists.
class HiddenType final : public arrow::ExtensionType, public UserDefinedTrait {
 public:
  explicit HiddenType(const UserDefinedTrait& trait)
      : arrow::ExtensionType(trait.sql_type()), UserDefinedTrait(trait) {}

  std::string extension_name() const override { return "thalweg.user_defined"; }
  bool ExtensionEquals(const arrow::ExtensionType& other) const override {
    const UserDefinedTrait* trait = FindUserDefined(other);
    return trait != nullptr && trait->made_by().IsSameAs(made_by());
  }
  std::shared_ptr<arrow::Array> MakeArray(std::shared_ptr<arrow::ArrayData> data) const override {
    return std::make_shared<arrow::ExtensionArray>(std::move(data));
  }
  Result<TypePtr> Deserialize(TypePtr, const std::string&) const override {
    return Status::NotImplemented("a hidden type is never stored");
  }
  std::string Serialize() const override { return ""; }
};

/// The type with `change` applied to every user-defined one; itself if there is none.
template <typename Change>
TypePtr Rewrite(const TypePtr& type, Change change) {
  if (const UserDefinedTrait* trait = FindUserDefined(*type)) return change(*trait);
  if (!HasUserDefined(*type)) return type;
  if (type->id() == Type::LIST) {
    return ArrayOf(Rewrite(type->field(0)->type(), change), type->field(0)->nullable());
  }
  if (type->id() == Type::MAP) {
    const auto& map = checked_cast<const arrow::MapType&>(*type);
    return MapOf(Rewrite(map.key_type(), change), Rewrite(map.item_type(), change),
                 map.item_field()->nullable());
  }
  arrow::FieldVector fields;
  for (const FieldPtr& field : type->fields()) {
    fields.push_back(field->WithType(Rewrite(field->type(), change)));
  }
  return arrow::struct_(std::move(fields));
}

void StripSuffix(const std::string& suffix, std::string* text) {
  if (text->ends_with(suffix)) text->resize(text->size() - suffix.size());
}

}  // namespace

std::string UserDefinedClass::TypeName() const {
  if (jvm_class.empty()) return "pythonuserdefined";
  std::string name = jvm_class.substr(jvm_class.find_last_of(".$") + 1);
  StripSuffix("Type", &name);
  StripSuffix("UDT", &name);
  return ToLowerAscii(name);
}

bool UserDefinedClass::IsSameAs(const UserDefinedClass& other) const {
  if (!jvm_class.empty() || !other.jvm_class.empty()) return jvm_class == other.jvm_class;
  return python_class == other.python_class;
}

TypePtr UserDefinedTypeOf(UserDefinedClass made_by, const TypePtr& sql_type) {
  return MarkType(*sql_type, UserDefinedTrait(std::move(made_by), sql_type));
}

const UserDefinedTrait* FindUserDefined(const arrow::DataType& type) {
  return dynamic_cast<const UserDefinedTrait*>(&PlainColumnType(type));
}

bool HasUserDefined(const arrow::DataType& type) {
  if (FindUserDefined(type) != nullptr) return true;
  for (const FieldPtr& field : type.fields()) {
    if (HasUserDefined(*field->type())) return true;
  }
  return false;
}

TypePtr WithoutUserDefined(const TypePtr& type) {
  return Rewrite(type, [](const UserDefinedTrait& trait) { return trait.sql_type(); });
}

TypePtr HideUserDefined(const TypePtr& type) {
  return Rewrite(type, [](const UserDefinedTrait& trait) -> TypePtr {
    return std::make_shared<HiddenType>(trait);
  });
}

std::string QuotedTypeName(const arrow::DataType& type) {
  const std::string quoted = "\"" + SqlTypeName(type) + "\"";
  return FindUserDefined(type) == nullptr ? quoted : "UDT(" + quoted + ")";
}

}  // namespace thalweg
