// str_to_map.

#include <array>

#include <arrow/api.h>

#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/map_assembler.h"
#include "thalweg/functions/regex_support.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using std::string_view;
using Datums = std::vector<arrow::Datum>;

/// Keys and values of all rows, and how many each row has (-1: the row is NULL).
struct Pairs {
  arrow::StringBuilder keys;
  arrow::StringBuilder values;
  std::vector<int64_t> counts;
};

class PairReader {
 public:
  explicit PairReader(Pairs* pairs) : pairs_(pairs) {}

  /// Adds the pairs of one row.
  Status Read(string_view text, string_view pair_delimiter, string_view value_delimiter) {
    int64_t count = 0;
    ARROW_RETURN_NOT_OK(SplitText(&pair_patterns_, text, pair_delimiter, -1, [&](string_view pair) {
      ++count;
      return ReadPair(pair, value_delimiter);
    }));
    pairs_->counts.push_back(count);
    return Status::OK();
  }

 private:
  Status ReadPair(string_view pair, string_view delimiter) {
    std::array<string_view, 2> parts;
    size_t found = 0;
    ARROW_RETURN_NOT_OK(SplitText(&value_patterns_, pair, delimiter, 2, [&](string_view part) {
      if (found < parts.size()) parts[found++] = part;
      return Status::OK();
    }));
    ARROW_RETURN_NOT_OK(pairs_->keys.Append(parts[0]));
    return found < 2 ? pairs_->values.AppendNull() : pairs_->values.Append(parts[1]);
  }

  Pairs* pairs_;
  RegexCache pair_patterns_{"str_to_map"};
  RegexCache value_patterns_{"str_to_map"};
};

Result<arrow::Datum> StringMapKernel(const TypePtr& type, MapKeyPolicy policy,
                                     const Datums& arguments, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(arguments);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(arguments, rows));
  if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
  const std::vector<expr::StringView> texts(arguments.begin(), arguments.end());
  Pairs pairs;
  PairReader reader(&pairs);
  for (int64_t row = 0; row < rows; ++row) {
    if (nulls.IsNull(row)) {
      pairs.counts.push_back(-1);
      continue;
    }
    ARROW_RETURN_NOT_OK(reader.Read(texts[0].Value(row), texts[1].Value(row), texts[2].Value(row)));
  }
  ARROW_ASSIGN_OR_RAISE(auto keys, pairs.keys.Finish());
  ARROW_ASSIGN_OR_RAISE(auto values, pairs.values.Finish());
  MapAssembler assembler(std::move(keys), std::move(values), policy);
  int64_t at = 0;
  for (const int64_t count : pairs.counts) {
    for (int64_t i = 0; i < count; ++i, ++at) ARROW_RETURN_NOT_OK(assembler.Add(at, at));
    ARROW_RETURN_NOT_OK(assembler.FinishRow(count >= 0));
  }
  return assembler.Finish(type, as_scalar);
}

/// Texts only: nothing else is cast here.
Result<expr::BoundFunction> BindStringMap(const Arguments& arguments, MapKeyPolicy policy) {
  const std::string name = "str_to_map";
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 3));
  for (size_t i = 0; i < arguments.size(); ++i) {
    const arrow::DataType& type = *arguments[i].type;
    if (!IsString(type) && !IsVoid(type)) return UnexpectedInputType(i, "\"STRING\"", type);
  }
  const TypePtr type = MapOf(utf8(), utf8());
  auto bound = MakeBound(name, arguments, std::vector<TypePtr>(arguments.size(), utf8()), type,
                         [type, policy](const expr::EvalContext&, Datums values, int64_t num_rows) {
                           if (values.size() < 2) values.emplace_back(TextScalar(","));
                           if (values.size() < 3) values.emplace_back(TextScalar(":"));
                           return StringMapKernel(type, policy, values, num_rows);
                         });
  bound.can_fail = true;
  return bound;
}

}  // namespace

void RegisterStringMap(FunctionRegistry* registry) {
  for (const MapKeyPolicy policy : {MapKeyPolicy::kException, MapKeyPolicy::kLastWin}) {
    const std::string name =
        policy == MapKeyPolicy::kLastWin ? LastWinForm("str_to_map") : "str_to_map";
    DeclareBinder(registry, {name}, "map_funcs",
                  "str_to_map(text[, pairDelim[, keyValueDelim]]) - Returns a map of the pairs in "
                  "`text`; the delimiters are regular expressions.",
                  "SELECT str_to_map('a:1,b:2,c:3', ',', ':');",
                  [policy](const std::string&, const Arguments& arguments) {
                    return BindStringMap(arguments, policy);
                  });
  }
}

}  // namespace thalweg::functions
