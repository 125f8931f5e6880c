// The path operator of variants: v:name.part[0]['part'].

#include <arrow/scalar.h>

#include "thalweg/sql/parser_state.h"

namespace thalweg::sql {

Status Parser::ParseVariantSubscript(std::string* path, std::string* last_name) {
  ARROW_RETURN_NOT_OK(ExpectSymbol("["));
  if (AtString()) {
    ARROW_ASSIGN_OR_RAISE(const std::string name, ParseString());
    const char quote = name.find('\'') == std::string::npos ? '\'' : '"';
    *path += std::string("[") + quote + name + quote + "]";
    *last_name = name;
  } else {
    const Token& token = Peek();
    if (token.kind != TokenKind::kNumber ||
        token.text.find_first_not_of("0123456789") != std::string::npos) {
      return SyntaxError();
    }
    *path += "[" + std::string(token.text) + "]";
    ++at_;
  }
  return ExpectSymbol("]");
}

Result<spec::Expression> Parser::ParseVariantPath(spec::ExpressionPtr base) {
  ARROW_RETURN_NOT_OK(ExpectSymbol(":"));
  std::string path = "$";
  std::string last_name;
  if (AtSymbol("[")) {
    ARROW_RETURN_NOT_OK(ParseVariantSubscript(&path, &last_name));
  } else {
    ARROW_ASSIGN_OR_RAISE(last_name, ParseIdentifier());
    path += "." + last_name;
  }
  while (true) {
    if (AtSymbol("[")) {
      ARROW_RETURN_NOT_OK(ParseVariantSubscript(&path, &last_name));
    } else if (AtSymbol(".") && AtIdentifier(1)) {
      ++at_;
      ARROW_ASSIGN_OR_RAISE(last_name, ParseIdentifier());
      path += "." + last_name;
    } else {
      break;
    }
  }
  auto extraction = spec::MakeFunction(
      "variant path",
      {std::move(base), spec::MakeLiteral(std::make_shared<arrow::StringScalar>(path)),
       spec::MakeLiteral(std::make_shared<arrow::StringScalar>(last_name))});
  return *spec::MakeAlias(std::move(extraction), last_name);
}

}  // namespace thalweg::sql
