// is_valid_utf8, make_valid_utf8, validate_utf8 and try_validate_utf8.

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using std::string_view;

bool IsContinuation(unsigned char byte, unsigned char least, unsigned char greatest) {
  return byte >= least && byte <= greatest;
}

/// Bytes of the well-formed character at the front of a text that is not empty (Unicode, table
/// 3-7); `*ill_formed` is the length of what U+FFFD stands for if there is none.
size_t WellFormedBytes(string_view text, size_t* ill_formed) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  *ill_formed = 1;
  if (lead < 0x80) return 1;
  const size_t length = CharacterBytes(lead);
  if (length == 1) return 0;
  for (size_t i = 1; i < length; ++i) {
    unsigned char least = 0x80;
    unsigned char greatest = 0xBF;
    if (i == 1 && lead == 0xE0) least = 0xA0;
    if (i == 1 && lead == 0xED) greatest = 0x9F;
    if (i == 1 && lead == 0xF0) least = 0x90;
    if (i == 1 && lead == 0xF4) greatest = 0x8F;
    if (i >= text.size() || !IsContinuation(byte(i), least, greatest)) {
      *ill_formed = i;
      return 0;
    }
  }
  return length;
}

bool IsValid(string_view text) {
  size_t ill_formed = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = WellFormedBytes(text.substr(at), &ill_formed);
    if (bytes == 0) return false;
    at += bytes;
  }
  return true;
}

void MakeValid(std::string* out, string_view text) {
  size_t ill_formed = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = WellFormedBytes(text.substr(at), &ill_formed);
    if (bytes == 0) {
      out->append("\xEF\xBF\xBD");
      at += ill_formed;
    } else {
      out->append(text.substr(at, bytes));
      at += bytes;
    }
  }
}

Status Validate(std::string* out, string_view text) {
  if (!IsValid(text)) {
    std::string digits;
    for (const char c : text) {
      constexpr string_view kDigits = "0123456789ABCDEF";
      digits += "\\x";
      digits += kDigits[static_cast<unsigned char>(c) >> 4];
      digits += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return MakeError("INVALID_UTF8_STRING", {{"str", digits}});
  }
  out->append(text);
  return Status::OK();
}

bool TryValidate(std::string* out, string_view text) {
  if (!IsValid(text)) return false;
  out->append(text);
  return true;
}

/// A function of text or bytes: bytes are not made valid by a cast first.
void DeclareCheck(FunctionRegistry* registry, const std::string& name, const std::string& what,
                  const TypePtr& result, expr::ScalarKernel kernel, bool can_fail, bool nullable) {
  DeclareBinder(
      registry, {name}, "string_funcs", name + "(str) - Returns " + what,
      "SELECT " + name + "('Spark');",
      [=](const std::string& used, const Arguments& arguments) -> Result<expr::BoundFunction> {
        ARROW_RETURN_NOT_OK(CheckArgumentCount(used, arguments, 1, 1));
        TypePtr type = arguments[0].type;
        if (type->id() != arrow::Type::BINARY) {
          ARROW_ASSIGN_OR_RAISE(type, AcceptAs(arguments, 0, utf8()));
        }
        auto bound = MakeBound(used, arguments, {type}, result, kernel);
        bound.can_fail = can_fail;
        bound.nullable |= nullable;
        return bound;
      });
}

}  // namespace

void RegisterUtf8Validation(FunctionRegistry* registry) {
  DeclareCheck(registry, "is_valid_utf8", "whether `str` is valid UTF-8.", arrow::boolean(),
               expr::RowKernel<bool, string_view>(arrow::boolean(), IsValid), false, false);
  DeclareCheck(registry, "make_valid_utf8", "`str` with U+FFFD for what is not valid UTF-8.",
               utf8(), TextKernel<string_view>(utf8(), MakeValid), false, false);
  DeclareCheck(registry, "validate_utf8", "`str`, or fails if it is not valid UTF-8.", utf8(),
               TextKernel<string_view>(utf8(), Validate), true, false);
  DeclareCheck(registry, "try_validate_utf8", "`str`, NULL if it is not valid UTF-8.", utf8(),
               TextKernel<string_view>(utf8(), TryValidate), false, true);
}

}  // namespace thalweg::functions
