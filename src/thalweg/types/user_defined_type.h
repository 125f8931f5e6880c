#pragma once

// Types that users made of SQL types (Spark's UserDefinedType). Values of such a type are values of
// its SQL type, and so are arrays; what the type is called and which class makes objects of it
// rides on the Arrow type object. Like the range of an interval it takes no part in Arrow's
// equality: SameType() knows it. A type object that came from an array may have lost it.

#include <string>
#include <string_view>

#include "thalweg/types/data_types.h"

namespace thalweg {

/// The class of a user-defined type, as Spark's JSON names it.
struct UserDefinedClass {
  /// Of the JVM; empty for a type that only Python knows.
  std::string jvm_class;
  /// "module.Class"; empty for a type that only the JVM knows.
  std::string python_class;
  /// The pickled class in base 64, for a type that only Python knows.
  std::string serialized_class;

  /// "pythonuserdefined", or the JVM class's own name: what schemas show.
  std::string TypeName() const;
  /// Whether both name one type.
  bool IsSameAs(const UserDefinedClass& other) const;
};

/// What a type object tells of the user-defined type that it is.
class UserDefinedTrait {
 public:
  UserDefinedTrait(UserDefinedClass made_by, TypePtr sql_type)
      : made_by_(std::move(made_by)), sql_type_(std::move(sql_type)) {}
  virtual ~UserDefinedTrait() = default;

  const UserDefinedClass& made_by() const { return made_by_; }
  const TypePtr& sql_type() const { return sql_type_; }

 private:
  const UserDefinedClass made_by_;
  const TypePtr sql_type_;
};

/// A type whose values are those of `sql_type`.
TypePtr UserDefinedTypeOf(UserDefinedClass made_by, const TypePtr& sql_type);
/// Null for a SQL type. Parts of nested types do not count.
const UserDefinedTrait* FindUserDefined(const arrow::DataType& type);
/// Whether the type is, or has anywhere inside, a user-defined one.
bool HasUserDefined(const arrow::DataType& type);
/// The type with SQL types instead of user-defined ones.
TypePtr WithoutUserDefined(const TypePtr& type);
/// The type with user-defined ones replaced by types of an id that functions do not know: what
/// asks for an array finds none. FindUserDefined() knows them, arrays of them there are none.
TypePtr HideUserDefined(const TypePtr& type);

/// Spark's toSQLType: the SQL name in double quotes, a user-defined type as UDT("BIGINT").
std::string QuotedTypeName(const arrow::DataType& type);

}  // namespace thalweg
