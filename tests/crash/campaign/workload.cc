#include "workload.h"

#include <algorithm>
#include <filesystem>

namespace thalweg::tests {
namespace {

constexpr char kDirectoryInMemory[] = "/dev/shm";
constexpr int64_t kStartMillis = 1'700'000'000'000;

class Drawer {
 public:
  Drawer(uint64_t seed, Workload* workload) : random_(seed), workload_(workload) {}

  int Below(int bound) { return static_cast<int>(random_() % static_cast<uint64_t>(bound)); }

  void Draw(const Shape* shape) {
    workload_->shape = shape;
    random_.discard(1);  // the seeds that fault_campaign_test.cc knows count on it
    workload_->input = Below(3) == 0 ? InputKind::kFiles : InputKind::kMemory;
    const bool append = std::string_view(workload_->shape->output_mode) == "append";
    workload_->output = append && Below(2) == 0 ? OutputKind::kFiles : OutputKind::kForeachBatch;
    workload_->no_data_batches = workload_->shape->cut_independent && append && Below(3) == 0;
    DrawSettings();
    DrawSteps();
  }

 private:
  std::string Number(int low, int high) { return std::to_string(low + Below(high - low + 1)); }

  void DrawSettings() {
    auto& settings = workload_->settings;
    settings["spark.sql.shuffle.partitions"] = Number(1, 5);
    settings["spark.sql.streaming.noDataMicroBatches.enabled"] =
        workload_->no_data_batches ? "true" : "false";
    settings["spark.sql.streaming.minBatchesToRetain"] = Below(2) == 0 ? "100" : Number(1, 3);
    for (const char* log : {"fileSource", "fileSink"}) {
      const std::string prefix = std::string("spark.sql.streaming.") + log + ".log.";
      settings[prefix + "compactInterval"] = Number(2, 5);
      settings[prefix + "cleanupDelay"] = Below(2) == 0 ? "0" : "10m";
    }
    const std::string snapshot = "thalweg.streaming.state.snapshot.";
    settings[snapshot + "afterFiles"] = Number(1, 4);
    settings[snapshot + "afterBytes"] = Number(1, 2000);
    settings[snapshot + "sliceBytes"] = Below(2) == 0 ? Number(1, 60) : Number(1, 2000);
  }

  void DrawSteps() {
    int64_t now = kStartMillis;
    const int num_steps = 3 + Below(7);
    for (int i = 0; i < num_steps; ++i) {
      now += 1000 * (1 + Below(10));
      workload_->steps.push_back({DrawRows(now), DrawRows(now)});
    }
    // What closes windows: the second sees the watermark of the first.
    for (int i = 0; i < 2; ++i) {
      now += 600'000;
      const std::vector<InputRow> last = {{now, "last", 1}};
      workload_->steps.push_back({last, last});
    }
  }

  std::vector<InputRow> DrawRows(int64_t now) {
    // The latest time of a step is above all before it: watermarks then do not depend on which run
    // saw which rows.
    std::vector<InputRow> rows = {{now, "z", Below(100)}};
    const int num_rows = Below(4) == 0 ? 0 : Below(14);
    const int spread = workload_->no_data_batches ? 9'000 : 25'000;
    for (int i = 0; i < num_rows; ++i) {
      InputRow row;
      row.millis = now - Below(spread);
      if (Below(2) == 0) row.millis -= row.millis % 1000;
      if (Below(9) != 0) row.key = std::string(1, static_cast<char>('a' + Below(5)));
      if (row.key && Below(6) == 0) *row.key += std::string(static_cast<size_t>(Below(40)), 'x');
      row.value = Below(Below(3) == 0 ? 4 : 100);
      rows.push_back(std::move(row));
    }
    std::shuffle(rows.begin(), rows.end(), random_);
    return rows;
  }

  std::mt19937_64 random_;
  Workload* workload_;
};

}  // namespace

Workload DrawWorkload(uint64_t seed, const Shape* shape, std::optional<StoreKind> only_store) {
  Workload workload;
  Drawer(seed, &workload).Draw(shape);
  // Seldom: RocksDB writes to real files, which takes its time.
  std::mt19937_64 random(~seed);
  const StoreKind drawn = random() % 12 == 0 ? StoreKind::kRocksDb : StoreKind::kMemory;
  workload.store = only_store.value_or(drawn);
  if (workload.store == StoreKind::kRocksDb) {
    workload.settings["spark.sql.streaming.stateStore.providerClass"] =
        "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider";
    std::error_code ignored;
    if (std::filesystem::is_directory(kDirectoryInMemory, ignored)) {
      workload.settings["spark.local.dir"] = kDirectoryInMemory;
    }
    // Nothing, or little, stays in memory from batch to batch.
    workload.settings["thalweg.streaming.stateStore.maxMemory"] = random() % 4 == 0 ? "4000" : "1";
  }
  return workload;
}

std::map<std::string, std::string> DrawRestartSettings(std::mt19937_64* random) {
  const auto number = [&](uint64_t bound) { return std::to_string(1 + (*random)() % bound); };
  return {{"thalweg.execution.workers", number(3)},
          {"thalweg.execution.batchRows", number(60)},
          {"spark.sql.shuffle.partitions", number(7)}};
}

}  // namespace thalweg::tests
