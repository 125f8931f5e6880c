// hash, xxhash64, typeof, version, assert_true, raise_error and other odds and ends.

#include <arrow/api.h>

#include "thalweg/functions/bitmap_family.h"
#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/miscellaneous_family.h"
#include "thalweg/functions/row_hash.h"
#include "thalweg/types/user_defined_type.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using std::string_view;
using Datums = std::vector<arrow::Datum>;

bool HoldsMap(const arrow::DataType& type) {
  if (IsMap(type)) return true;
  for (const auto& field : type.fields()) {
    if (HoldsMap(*field->type())) return true;
  }
  return false;
}

template <typename Hash, typename Signed>
Result<expr::BoundFunction> BindHash(const std::string& name, const Arguments& arguments,
                                     const TypePtr& type) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, -1));
  std::vector<TypePtr> types;
  for (const auto& argument : arguments) {
    if (HasVariant(*argument.type)) {
      return MakeError("DATATYPE_MISMATCH.HASH_VARIANT_TYPE", {{"functionName", "`" + name + "`"}});
    }
    if (HoldsMap(*argument.type)) {
      return MakeError("DATATYPE_MISMATCH.HASH_MAP_TYPE", {{"functionName", "`" + name + "`"}});
    }
    types.push_back(argument.type);
  }
  auto bound = MakeBound(
      name, arguments, std::move(types), type,
      [type](const expr::EvalContext&, const Datums& values,
             int64_t num_rows) -> Result<arrow::Datum> {
        const bool as_scalar = expr::AllScalars(values);
        const int64_t rows = as_scalar ? 1 : num_rows;
        ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<Signed>::Make(type, rows, {}));
        std::vector<typename Hash::Word> hashes(static_cast<size_t>(rows), 42);
        for (const auto& value : values) {
          ARROW_ASSIGN_OR_RAISE(const auto array, expr::ToArray(value, rows));
          for (int64_t row = 0; row < rows; ++row) {
            auto& hash = hashes[static_cast<size_t>(row)];
            hash = HashValue<Hash>(*array, row, hash);
          }
        }
        for (int64_t row = 0; row < rows; ++row) {
          writer.data()[row] = static_cast<Signed>(hashes[static_cast<size_t>(row)]);
        }
        ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
        return expr::FinishDatum(array, as_scalar);
      });
  bound.nullable = false;
  return bound;
}

expr::ScalarKernel ConstantKernel(std::string text) {
  return [text](const expr::EvalContext&, const Datums& values,
                int64_t num_rows) -> Result<arrow::Datum> {
    if (expr::AllScalars(values)) return arrow::Datum(TextScalar(text));
    ARROW_ASSIGN_OR_RAISE(auto array, arrow::MakeArrayFromScalar(*TextScalar(text), num_rows));
    return arrow::Datum(array);
  };
}

Result<expr::BoundFunction> BindTypeOf(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  auto bound = MakeBound(name, arguments, {arguments[0].type}, utf8(),
                         ConstantKernel(SimpleTypeName(*WithoutUserDefined(arguments[0].type))));
  bound.nullable = false;
  return bound;
}

void DeclareText(FunctionRegistry* registry, const std::vector<std::string>& names,
                 std::string usage, const std::string& text) {
  Declare(registry, {.names = names,
                     .group = "misc_funcs",
                     .usage = std::move(usage),
                     .example = "SELECT " + names[0] + "();",
                     .return_type = utf8(),
                     .kernel = ConstantKernel(text)});
}

Status Raise(string_view message) {
  return MakeError("USER_RAISED_EXCEPTION", {{"errorMessage", std::string(message)}});
}

/// assert_true(condition[, message]): NULL, or the error.
Result<expr::BoundFunction> BindAssertTrue(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 2));
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, i, i == 0 ? arrow::boolean() : utf8()));
    types.push_back(std::move(type));
  }
  auto bound = MakeBound(
      name, arguments, std::move(types), arrow::null(),
      [](const expr::EvalContext&, const Datums& values, int64_t num_rows) -> Result<arrow::Datum> {
        const bool as_scalar = expr::AllScalars(values);
        const int64_t rows = as_scalar ? 1 : num_rows;
        const expr::BooleanView condition(values[0]);
        for (int64_t row = 0; row < rows; ++row) {
          if (condition.IsValid(row) && condition.Value(row)) continue;
          if (values.size() == 1) return Raise("the condition of assert_true is not true!");
          const expr::StringView message(values[1]);
          return Raise(message.IsNull(row) ? "null" : message.Value(row));
        }
        return expr::NullResult(arrow::null(), rows, as_scalar);
      });
  bound.nullable = true;
  bound.can_fail = true;
  return bound;
}

Result<expr::BoundFunction> BindRaiseError(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, 0, utf8()));
  auto bound = MakeBound(
      name, arguments, {type}, arrow::null(),
      [](const expr::EvalContext&, const Datums& values, int64_t) -> Result<arrow::Datum> {
        const expr::StringView message(values[0]);
        return Raise(message.IsNull(0) ? "null" : message.Value(0));
      });
  bound.nullable = true;
  bound.can_fail = true;
  // Never folded: an error is raised for the rows that ask for it.
  bound.deterministic = false;
  bound.context_dependent = true;
  return bound;
}

Result<expr::BoundFunction> BindPartitionId(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 0, 0));
  auto bound = MakeBound(
      name, arguments, {}, arrow::int32(),
      [](const expr::EvalContext& context, const Datums&, int64_t) -> Result<arrow::Datum> {
        return arrow::Datum(IntScalar(context.worker));
      });
  bound.deterministic = false;
  bound.context_dependent = true;
  bound.display_name = "SPARK_PARTITION_ID";
  return bound;
}

/// Where rows come from no file: the analyzer replaces the calls where they come from one.
void DeclareInputFile(FunctionRegistry* registry, const std::string& name, const std::string& what,
                      std::shared_ptr<arrow::Scalar> nothing) {
  DeclareBinder(
      registry, {name}, "misc_funcs", name + "() - Returns " + what + " of the file that is read.",
      "SELECT " + name + "();",
      [nothing](const std::string& called,
                const Arguments& arguments) -> Result<expr::BoundFunction> {
        ARROW_RETURN_NOT_OK(CheckArgumentCount(called, arguments, 0, 0));
        auto bound =
            MakeBound(called, arguments, {}, nothing->type,
                      [nothing](const expr::EvalContext&, const Datums&,
                                int64_t) -> Result<arrow::Datum> { return arrow::Datum(nothing); });
        bound.nullable = false;
        bound.deterministic = false;
        bound.context_dependent = true;
        return bound;
      });
}

}  // namespace

void RegisterMiscellaneousFunctions(FunctionRegistry* registry) {
  DeclareBinder(registry, {"hash"}, "hash_funcs",
                "hash(expr1, expr2, ...) - Returns a hash of 32 bits (Murmur3).",
                "SELECT hash('Spark', array(123), 2);",
                [](const std::string& name, const Arguments& arguments) {
                  return BindHash<Murmur3Hash, int32_t>(name, arguments, arrow::int32());
                });
  DeclareBinder(registry, {"xxhash64"}, "hash_funcs",
                "xxhash64(expr1, expr2, ...) - Returns a hash of 64 bits (XXH64, seed 42).",
                "SELECT xxhash64('Spark', array(123), 2);",
                [](const std::string& name, const Arguments& arguments) {
                  return BindHash<Xx64Hash, int64_t>(name, arguments, arrow::int64());
                });
  DeclareBinder(registry, {"typeof"}, "misc_funcs",
                "typeof(expr) - Returns the name of the type of the expression.",
                "SELECT typeof(1);", BindTypeOf);
  DeclareText(registry, {"version"}, "version() - Returns the Spark version that is spoken here.",
              "4.3.0");
  DeclareText(registry, {"current_catalog"}, "current_catalog() - Returns the current catalog.",
              "spark_catalog");
  DeclareText(registry, {"current_database", "current_schema"},
              "current_database() - Returns the current database.", "default");
  DeclareBinder(registry, {"assert_true"}, "misc_funcs",
                "assert_true(expr[, message]) - Raises an error if `expr` is not true.",
                "SELECT assert_true(0 < 1);", BindAssertTrue);
  DeclareBinder(registry, {"raise_error"}, "misc_funcs",
                "raise_error(message) - Raises an error with this text.",
                "SELECT raise_error('custom error message');", BindRaiseError);
  DeclareBinder(registry, {"spark_partition_id"}, "misc_funcs",
                "spark_partition_id() - Returns the index of the input split or worker.",
                "SELECT spark_partition_id();", BindPartitionId);
  DeclareInputFile(registry, "input_file_name", "the name", TextScalar(""));
  const auto none = std::make_shared<arrow::Int64Scalar>(-1);
  DeclareInputFile(registry, "input_file_block_start", "the beginning of the part", none);
  DeclareInputFile(registry, "input_file_block_length", "the length of the part", none);
  RegisterCurrentUser(registry);
  RegisterBitmapFunctions(registry);
}

}  // namespace thalweg::functions
