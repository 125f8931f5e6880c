// mask and quote.

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using std::string_view;

/// What stands for a class of characters; NULL: they stay.
struct Replacement {
  explicit Replacement(const arrow::Datum& datum) : view(datum) {}
  void Append(int64_t row, string_view character, std::string* out) const {
    out->append(view.IsNull(row) ? character : view.Value(row));
  }
  expr::StringView view;
};

bool IsUpper(string_view character) {
  std::string lower;
  AppendLower(character, &lower);
  return lower != character;
}
bool IsLower(string_view character) {
  std::string upper;
  AppendUpper(character, &upper);
  return upper != character;
}

Result<arrow::Datum> MaskKernel(const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                                int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  const expr::StringView texts(values[0]);
  const Replacement upper(values[1]);
  const Replacement lower(values[2]);
  const Replacement digit(values[3]);
  const Replacement other(values[4]);
  ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<std::string>::Make(utf8(), rows, {}));
  std::string masked;
  for (int64_t row = 0; row < rows; ++row) {
    if (texts.IsNull(row)) {
      ARROW_RETURN_NOT_OK(writer.SetNull(row));
      continue;
    }
    masked.clear();
    const string_view text = texts.Value(row);
    for (size_t at = 0; at < text.size();) {
      const string_view character = text.substr(at, CharacterBytes(text[at]));
      const char first = character[0];
      const bool ascii = character.size() == 1 && static_cast<unsigned char>(first) < 0x80;
      if (ascii ? first >= 'A' && first <= 'Z' : IsUpper(character)) {
        upper.Append(row, character, &masked);
      } else if (ascii ? first >= 'a' && first <= 'z' : IsLower(character)) {
        lower.Append(row, character, &masked);
      } else if (first >= '0' && first <= '9') {
        digit.Append(row, character, &masked);
      } else {
        other.Append(row, character, &masked);
      }
      at += character.size();
    }
    ARROW_RETURN_NOT_OK(writer.Set(row, masked));
  }
  ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
  return expr::FinishDatum(array, as_scalar);
}

Status CheckMaskCharacter(const Arguments& arguments, size_t index, const std::string& name) {
  const auto& constant = arguments[index].constant;
  if (constant == nullptr) {
    return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                     {{"inputName", "`" + name + "`"},
                      {"inputType", QuotedType(*arguments[index].type)},
                      {"inputExpr", "\"" + name + "\""}});
  }
  if (!constant->is_valid) return Status::OK();
  const string_view text = static_cast<const arrow::BaseBinaryScalar&>(*constant).view();
  if (CharacterCount(text) == 1) return Status::OK();
  return MakeError("DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE", {{"exprName", name}});
}

Result<expr::BoundFunction> BindMask(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 5));
  const char* const names[] = {"str", "upperChar", "lowerChar", "digitChar", "otherChar"};
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const TypePtr& given = arguments[i].type;
    if (!IsString(*given) && given->id() != arrow::Type::NA) {
      return UnexpectedInputType(i, "\"STRING\"", *given);
    }
    types.push_back(utf8());
    if (i > 0) ARROW_RETURN_NOT_OK(CheckMaskCharacter(arguments, i, names[i]));
  }
  const std::vector<std::shared_ptr<arrow::Scalar>> defaults = {
      TextScalar("X"), TextScalar("x"), TextScalar("n"), arrow::MakeNullScalar(utf8())};
  auto bound = MakeBound(name, arguments, std::move(types), utf8(),
                         [defaults](const expr::EvalContext& context,
                                    const std::vector<arrow::Datum>& given, int64_t num_rows) {
                           std::vector<arrow::Datum> values = given;
                           for (size_t i = given.size(); i < 5; ++i)
                             values.emplace_back(defaults[i - 1]);
                           return MaskKernel(context, values, num_rows);
                         });
  bound.nullable = arguments[0].nullable;
  ShowDefaults(&bound, arguments.size(), 5, defaults);
  return bound;
}

/// The text as a literal of SQL: in single quotes, which are escaped within.
void Quote(std::string* out, string_view text) {
  out->push_back('\'');
  for (const char c : text) {
    if (c == '\'') out->push_back('\\');
    out->push_back(c);
  }
  out->push_back('\'');
}

}  // namespace

void RegisterStringMasks(FunctionRegistry* registry) {
  DeclareBinder(
      registry, {"mask"}, "string_funcs",
      "mask(str[, upperChar[, lowerChar[, digitChar[, otherChar]]]]) - Returns `str` with "
      "other characters for its letters, digits and, if wanted, the rest.",
      "SELECT mask('AbCD123-@$#');", BindMask);
  Declare(registry, {.names = {"quote"},
                     .group = "string_funcs",
                     .usage = "quote(str) - Returns `str` in single quotes, those within escaped.",
                     .example = "SELECT quote('Don\\'t');",
                     .argument_types = {utf8()},
                     .return_type = utf8(),
                     .kernel = TextKernel<string_view>(utf8(), Quote)});
}

}  // namespace thalweg::functions
