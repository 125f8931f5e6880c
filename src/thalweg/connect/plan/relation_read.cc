// Leaves that name their rows.

#include "thalweg/connect/plan/translator.h"
#include "thalweg/types/char_type.h"

namespace thalweg::connect {
namespace {

Status ReadSource(const proto::Read::DataSource& source, Relation* relation) {
  relation->kind = RelationKind::kRead;
  relation->format = source.format();
  if (!source.schema().empty()) {
    ARROW_ASSIGN_OR_RAISE(relation->schema, ParseDeclaredSchema(source.schema()));
  }
  relation->options = {source.options().begin(), source.options().end()};
  relation->paths = {source.paths().begin(), source.paths().end()};
  if (!source.predicates().empty()) return UnsupportedFeature("predicates of a JDBC read");
  return Status::OK();
}

}  // namespace

Result<RelationDraft> TranslateRead(Translator* translator, const proto::Read& read) {
  auto relation = std::make_shared<Relation>();
  relation->is_stream = read.is_streaming();
  if (read.has_named_table()) {
    relation->kind = RelationKind::kTable;
    ARROW_ASSIGN_OR_RAISE(relation->table_name,
                          sql::ParseMultipartName(read.named_table().unparsed_identifier()));
    relation->options = {read.named_table().options().begin(), read.named_table().options().end()};
    return relation;
  }
  if (!read.has_data_source()) return MissingPart("Read", "read_type");
  ARROW_RETURN_NOT_OK(ReadSource(read.data_source(), relation.get()));
  if (relation->format.empty()) {
    relation->format =
        translator->session()->engine().SettingsSnapshot().Get("spark.sql.sources.default");
  }
  return relation;
}

namespace {

RelationDraft RangeOf(int64_t start, int64_t end, int64_t step) {
  RelationDraft relation = Derive(RelationKind::kRange, nullptr);
  relation->range_start = start;
  relation->range_end = end;
  relation->range_step = step;
  return relation;
}

int64_t CountOf(const proto::Range& range) {
  const __int128 distance = static_cast<__int128>(range.end()) - range.start();
  if (distance == 0 || (distance > 0) != (range.step() > 0)) return 0;
  const __int128 step = range.step();
  return static_cast<int64_t>((distance + step + (step > 0 ? -1 : 1)) / step);
}

}  // namespace

Result<RelationDraft> TranslateRange(const proto::Range& range) {
  if (range.step() == 0) return Status::Invalid("requirement failed: step cannot be 0");
  // Each part is read as one, so that random numbers with a seed are those of Spark.
  constexpr int32_t kMaxParts = 64;
  const int32_t parts = range.has_num_partitions() ? range.num_partitions() : 1;
  const int64_t count = CountOf(range);
  if (parts < 2 || parts > kMaxParts || count < parts) {
    return RangeOf(range.start(), range.end(), range.step());
  }
  RelationDraft whole;
  for (int32_t part = 0; part < parts; ++part) {
    const auto bound = [&](int64_t number) {
      const auto place = static_cast<int64_t>(static_cast<__int128>(number) * count / parts);
      return number == parts ? range.end()
                             : static_cast<int64_t>(static_cast<uint64_t>(range.start()) +
                                                    static_cast<uint64_t>(place) *
                                                        static_cast<uint64_t>(range.step()));
    };
    RelationDraft one = RangeOf(bound(part), bound(part + 1), range.step());
    if (whole == nullptr) {
      whole = std::move(one);
      continue;
    }
    RelationDraft both = Derive(RelationKind::kSetOperation, std::move(whole));
    both->right = std::move(one);
    both->all = true;
    whole = std::move(both);
  }
  return whole;
}

Result<RelationDraft> TranslateTableFunction(Translator* translator,
                                             const proto::UnresolvedTableValuedFunction& call) {
  ARROW_ASSIGN_OR_RAISE(auto arguments, translator->TranslateAll(call.arguments()));
  RelationDraft relation = Derive(RelationKind::kTableFunction, nullptr);
  relation->expressions = {plan::spec::MakeFunction(call.function_name(), std::move(arguments))};
  return relation;
}

}  // namespace thalweg::connect
