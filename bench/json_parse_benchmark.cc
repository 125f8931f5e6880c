// JSON lines to columns: the engine's row parser against a bare simdjson loop that takes the same
// fields out of the same bytes (numbers as numbers, texts as views, nothing kept but sums).

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>

#include <arrow/api.h>
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include "thalweg/formats/json_parser.h"
#include "thalweg/types/data_types.h"

namespace {

using thalweg::formats::JsonOptions;
using thalweg::formats::JsonRowParser;
using thalweg::formats::kJsonPadding;

constexpr int64_t kRows = 100'000;
constexpr int64_t kBatchRows = 8192;

/// Bids as bench/spark writes them, with padding behind.
std::string MakeLines() {
  std::mt19937_64 random(7);
  std::string lines;
  char line[256];
  for (int64_t i = 0; i < kRows; ++i) {
    const auto number = [&](uint64_t below) {
      return static_cast<unsigned long long>(random() % below);
    };
    const int length =
        std::snprintf(line, sizeof(line),
                      R"({"auction":%llu,"bidder":%llu,"price":%llu,"channel":"channel-%llu",)"
                      R"("ts":"2023-11-14T22:13:%02d.%06dZ"})"
                      "\n",
                      number(10'000), number(1'000'000), number(100'000'000), number(100),
                      static_cast<int>(20 + i * 30 / kRows), static_cast<int>(i * 10 % 1'000'000));
    lines.append(line, static_cast<size_t>(length));
  }
  lines.append(static_cast<size_t>(kJsonPadding), '\0');
  return lines;
}

thalweg::SchemaPtr Columns(bool with_time) {
  arrow::FieldVector fields = {arrow::field("auction", arrow::int64()),
                               arrow::field("bidder", arrow::int64()),
                               arrow::field("price", arrow::int64())};
  if (with_time) fields.push_back(arrow::field("ts", thalweg::TimestampType()));
  return arrow::schema(std::move(fields));
}

void SetRates(benchmark::State& state, size_t bytes) {
  state.SetItemsProcessed(state.iterations() * kRows);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
}

void ParseEngine(benchmark::State& state, bool with_time) {
  const std::string lines = MakeLines();
  const size_t size = lines.size() - static_cast<size_t>(kJsonPadding);
  const auto parser = JsonRowParser::Make(Columns(with_time), JsonOptions()).ValueOrDie();
  for (auto _ : state) {
    for (size_t at = 0; at < size;) {
      const auto rest = std::string_view(lines).substr(at, size - at);
      at += static_cast<size_t>(parser->ParseLines(rest, kBatchRows).ValueOrDie());
      benchmark::DoNotOptimize(parser->Finish().ValueOrDie().num_rows);
    }
  }
  SetRates(state, size);
}

void ParseSimdjson(benchmark::State& state, bool with_time) {
  const std::string lines = MakeLines();
  const size_t size = lines.size() - static_cast<size_t>(kJsonPadding);
  simdjson::ondemand::parser parser;
  for (auto _ : state) {
    simdjson::ondemand::document_stream documents;
    if (parser.iterate_many(lines.data(), size, 1 << 20).get(documents)) std::abort();
    int64_t sum = 0;
    for (auto document : documents) {
      sum += static_cast<int64_t>(document["auction"]);
      sum += static_cast<int64_t>(document["bidder"]);
      sum += static_cast<int64_t>(document["price"]);
      if (with_time) sum += static_cast<std::string_view>(document["ts"]).back();
    }
    benchmark::DoNotOptimize(sum);
  }
  SetRates(state, size);
}

BENCHMARK_CAPTURE(ParseEngine, numbers, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ParseSimdjson, numbers, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ParseEngine, numbers_and_time, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ParseSimdjson, numbers_and_time, true)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
