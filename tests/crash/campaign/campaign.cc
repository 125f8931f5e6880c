#include "campaign.h"

#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "thalweg/checkpoint/commit_log.h"
#include "thalweg/checkpoint/offset_log.h"
#include "damage.h"
#include "injector.h"
#include "pausing_file_system.h"
#include "query_run.h"

namespace thalweg::tests {
namespace {

using testing::FaultInjectingFileSystem;

constexpr int kMostRuns = 12;

/// Empty: they take turns.
const Shape* ChooseShape(const std::string& name, uint64_t seed) {
  const auto shapes = AllShapes();
  for (const Shape& shape : shapes) {
    if (shape.name == name) return &shape;
  }
  return &shapes[seed % shapes.size()];
}

std::optional<StoreKind> FindStore(const std::string& name) {
  if (name == "memory") return StoreKind::kMemory;
  if (name == "rocksdb") return StoreKind::kRocksDb;
  return std::nullopt;
}

/// What a query has left behind.
struct Answer {
  std::map<int64_t, BatchRows> rows;
  std::map<int64_t, int64_t> next_watermarks;  // by batch
  std::vector<int64_t> state_rows;
};

class SeedRun {
 public:
  SeedRun(uint64_t seed, const CampaignOptions& options)
      : seed_(seed),
        options_(options),
        random_(seed),
        more_(~seed),
        workload_(
            DrawWorkload(random_(), ChooseShape(options.shape, seed), FindStore(options.store))) {
    if (options.shape.empty()) FitWorkload(PlaceOfTurn());
    outcome_.shape = workload_.shape->name;
    outcome_.description =
        fmt::format("{} from {} to {}, state in {}, batches without data {}", workload_.shape->name,
                    workload_.input == InputKind::kFiles ? "files" : "memory",
                    workload_.output == OutputKind::kFiles ? "files" : "foreachBatch",
                    workload_.store == StoreKind::kRocksDb ? "RocksDB" : "memory",
                    workload_.no_data_batches ? "on" : "off");
  }

  SeedOutcome Run() {
    const int num_faults = 1 + static_cast<int>(random_() % 4);
    if (RunModel()) {
      for (int i = 0; i < num_faults; ++i) faults_.push_back(DrawFault(&random_, counts_));
      if (options_.shape.empty()) TakeTurns();
      if (!options_.faults) faults_.clear();
      RunWithFaults();
    }
    return std::move(outcome_);
  }

  SeedOutcome RunTwoOwners() {
    if (RunModel()) PlayTwoOwners();
    return std::move(outcome_);
  }

  SeedOutcome RunRewind() {
    // A batch is a step: only then is known what the batches after the rewind must give.
    workload_.input = InputKind::kMemory;
    workload_.output = OutputKind::kForeachBatch;
    workload_.no_data_batches = false;
    workload_.settings["spark.sql.streaming.noDataMicroBatches.enabled"] = "false";
    if (RunModel()) PlayRewind();
    return std::move(outcome_);
  }

  SeedOutcome RunWithDamage() {
    if (RunModel()) PlayDamage();
    return std::move(outcome_);
  }

 private:
  const std::string& PlaceOfTurn() const { return AllPlaces()[seed_ % AllPlaces().size()]; }

  /// Source and sink that come to the place.
  void FitWorkload(const std::string& place) {
    const bool append = std::string_view(workload_.shape->output_mode) == "append";
    if (place.starts_with("point:sink.") && IsSeldom(place) && append) {
      workload_.output = OutputKind::kFiles;
    }
    if (place.starts_with("point:source_log.")) workload_.input = InputKind::kFiles;
  }

  /// Queries take turns, and so do places of the first fault: as the numbers of both have no common
  /// divisor, all pairs come within their product of seeds. A query that does not come to a place
  /// fails at one to which few others come.
  void TakeTurns() {
    std::string place = PlaceOfTurn();
    if (!counts_.contains(place)) {
      std::vector<std::string> seldom;
      for (const auto& [name, count] : counts_) {
        if (IsSeldom(name)) seldom.push_back(name);
      }
      if (!seldom.empty()) place = seldom[more_() % seldom.size()];
    }
    if (counts_.contains(place)) faults_[0] = DrawFaultAt(place, &more_, counts_);
    if (place == "sync_directory" || more_() % 8 == 0) faults_ = DrawUnsyncedEntry(&more_, counts_);
  }

  void Say(const std::string& text) {
    outcome_.description += "\n    " + text;
    if (options_.verbose) std::printf("    %s\n", text.c_str());
  }
  void Problem(const std::string& text) { outcome_.problems.push_back(text); }

  /// One run of the query until it fails or has seen all input; with `closes` the last step too.
  Status Drive(QueryRun* run, bool closes, FileSystem* through = nullptr,
               const std::function<bool()>& gives_up = nullptr) {
    ARROW_RETURN_NOT_OK(run->Start(DrawRestartSettings(&random_), through));
    while (true) {
      ARROW_RETURN_NOT_OK(run->AwaitIdle(gives_up));
      if (gives_up && gives_up()) return Status::OK();
      if (closes ? run->fed_closing_step() : run->fed_all()) return Status::OK();
      run->Feed();
    }
  }

  bool RunModel() {
    FaultInjectingFileSystem file_system;
    Injector injector(&file_system);
    QueryRun run(workload_, &file_system);
    const Status status = Drive(&run, /*closes=*/true);
    run.Stop();
    counts_ = injector.counts();
    if (!status.ok()) {
      Problem("the run without faults failed: " + RenderError(status));
      return false;
    }
    auto answer = Collect(&run, &file_system);
    if (!answer.ok()) {
      Problem("no output of the run without faults: " + RenderError(answer.status()));
      return false;
    }
    expected_ = std::move(*answer);
    for (const auto& [batch, rows] : expected_.rows) {
      outcome_.rows += static_cast<int64_t>(rows.size());
      if (!options_.verbose) continue;
      for (const std::string& row : rows) {
        std::printf("    batch %lld: %s\n", static_cast<long long>(batch), row.c_str());
      }
    }
    return true;
  }

  void RunWithFaults() {
    FaultInjectingFileSystem file_system;
    Injector injector(&file_system);
    QueryRun run(workload_, &file_system);
    run.IgnoreOutput([&] { return injector.crashed(); });
    for (size_t number = 0; number < kMostRuns; ++number) {
      const bool last = RunOnce(number, &injector, &run);
      CheckLogs(&file_system, run.acknowledged_batch());
      if (!outcome_.problems.empty()) break;
      if (last) {
        Compare(&run, &file_system);
        break;
      }
    }
    for (const std::string& violation : file_system.violations()) Problem(violation);
    if (const std::string read = injector.forbidden_read(); !read.empty()) {
      Problem("a temporary file was read: " + read);
    }
    if (const std::string text = run.repeated_otherwise(); !text.empty()) Problem(text);
  }

  /// True when the query came to its end and no fault is left.
  bool RunOnce(size_t number, Injector* injector, QueryRun* run) {
    const FaultPlan* fault = number < faults_.size() ? &faults_[number] : nullptr;
    // Input that comes while no run is there changes how the rest is cut.
    if (number > 0 && workload_.no_data_batches && random_() % 2 == 0 && !run->fed_all())
      run->Feed();
    injector->Arm(fault);
    const Status status = Drive(run, /*closes=*/number >= faults_.size());
    const bool fired = injector->fired();
    const bool crashed = injector->crashed();
    if (const auto happened = injector->fault()) outcome_.faults.push_back(*happened);
    run->Stop();
    Say(fmt::format("run {}, {}: {}; step {}, batch {}: {}", number,
                    fault == nullptr ? "no fault" : fault->ToString(),
                    fired ? "at " + injector->place() : "nothing happened", run->next_step(),
                    run->acknowledged_batch(), status.ok() ? "ended well" : RenderError(status)));
    injector->Disarm();
    if (fired) ++outcome_.faults_fired;
    if (!status.ok() && !fired) Problem("failed without a fault: " + RenderError(status));
    return status.ok() && !crashed && number >= faults_.size();
  }

  void PlayTwoOwners() {
    FaultInjectingFileSystem file_system;
    PausingFileSystem pausing(&file_system);
    QueryRun run(workload_, &file_system);
    int64_t operations = 1;
    for (const auto& [name, count] : counts_) {
      if (!name.starts_with("point:")) operations += count;
    }
    pausing.PauseAt(1 + static_cast<int64_t>(random_() % static_cast<uint64_t>(operations)));
    const Status first = Drive(&run, /*closes=*/false, &pausing, [&] { return pausing.paused(); });
    if (first.ok() && pausing.paused()) TakeOver(&pausing, &run);
    pausing.Resume();  // or what stops now could be paused
    run.Stop();
    if (!first.ok()) return Problem("failed without a second owner: " + RenderError(first));
    if (outcome_.problems.empty()) FinishAndCompare(&run, &file_system);
  }

  void TakeOver(PausingFileSystem* pausing, QueryRun* run) {
    ++outcome_.faults_fired;
    run->SwapRuns();
    const size_t step = run->next_step();
    const Status second = Drive(run, /*closes=*/false);
    run->Stop();
    run->SwapRuns();
    pausing->Resume();
    const Status resumed = run->AwaitIdle();
    Say(fmt::format("the first owner stood before {} in step {}; then: {}", pausing->place(), step,
                    resumed.ok() ? "nothing to do" : RenderError(resumed)));
    if (!second.ok()) Problem("the second owner failed: " + RenderError(second));
    // A run that has not begun a batch of its own may be told by what it then cannot find.
    const bool fenced = IsCondition(resumed, "CONCURRENT_STREAM_LOG_UPDATE") ||
                        IsCondition(resumed, "STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY") ||
                        IsCondition(resumed, "BATCH_METADATA_NOT_FOUND");
    if (!resumed.ok() && !fenced) {
      Problem("the first owner ended otherwise: " + RenderError(resumed));
    }
  }

  /// One run that is left alone, to the end; then the output must be right.
  void FinishAndCompare(QueryRun* run, FaultInjectingFileSystem* file_system) {
    const Status last = Drive(run, /*closes=*/true);
    run->Stop();
    if (!last.ok()) return Problem("the last run failed: " + RenderError(last));
    CheckLogs(file_system, run->acknowledged_batch());
    Compare(run, file_system);
    for (const std::string& violation : file_system->violations()) Problem(violation);
    if (const std::string text = run->repeated_otherwise(); !text.empty()) Problem(text);
  }

  /// A checkpoint is set back to an earlier commit by removing the entries after it.
  void PlayRewind() {
    FaultInjectingFileSystem file_system;
    {
      QueryRun run(workload_, &file_system);
      const Status status = Drive(&run, /*closes=*/true);
      if (!status.ok()) return Problem("failed: " + RenderError(status));
    }
    checkpoint::CommitLog commits(&file_system, "/checkpoint");
    const auto ids = commits.Ids().ValueOr({});
    if (ids.empty()) return Problem("no commits");
    const int64_t target = ids[random_() % ids.size()];
    for (const char* log : {"offsets", "commits"}) {
      for (int64_t id = target + 1; id <= ids.back(); ++id) {
        ARROW_UNUSED(file_system.Remove(fmt::format("/checkpoint/{}/{}", log, id)));
      }
    }
    Say(fmt::format("set back from commit {} to {}", ids.back(), target));
    ++outcome_.faults_fired;
    QueryRun again(workload_, &file_system);
    again.Refeed(static_cast<size_t>(target) + 1);
    const Status status = Drive(&again, /*closes=*/true);
    again.Stop();
    if (!status.ok()) return Problem("failed after that: " + RenderError(status));
    const auto rows = again.Output();
    for (int64_t batch = target + 1; batch <= ids.back(); ++batch) {
      const auto found = rows->find(batch);
      if (found == rows->end()) {
        Problem(fmt::format("batch {} did not come", batch));
      } else {
        CompareRows(fmt::format("batch {}", batch), expected_.rows[batch], found->second);
      }
    }
  }

  void PlayDamage() {
    FaultInjectingFileSystem file_system;
    QueryRun run(workload_, &file_system);
    {
      Injector injector(&file_system);
      run.IgnoreOutput([&] { return injector.crashed(); });
      FaultPlan crash;
      crash.kind = FaultKind::kCrash;
      int64_t operations = 1;
      for (const auto& [name, count] : counts_) {
        if (!name.starts_with("point:")) operations += count;
      }
      crash.countdown = 1 + static_cast<int64_t>(random_() % static_cast<uint64_t>(operations));
      injector.Arm(&crash);
      const Status status = Drive(&run, /*closes=*/false);
      run.Stop();
      run.IgnoreOutput(nullptr);
      injector.Disarm();
    }
    const std::string damaged = DamageSomeFile(&random_, &file_system, &outcome_.description);
    if (damaged.empty()) return;
    ++outcome_.faults_fired;
    const Status status = Drive(&run, /*closes=*/true);
    run.Stop();
    Say("then " + (status.ok() ? std::string("it ended well") : RenderError(status)));
    if (!status.ok()) {
      const std::string text = RenderError(status);
      const bool named = text.find(BaseName(damaged)) != std::string::npos ||
                         text.find(ParentPath(damaged)) != std::string::npos ||
                         text.find("STATEFUL_OPERATOR") != std::string::npos;
      if (GetErrorDetail(status) == nullptr || !named) Problem("no error that says what: " + text);
      return;
    }
    const auto rows = run.Output();
    if (rows.ok()) {
      CompareRows("all batches", AllRows(expected_.rows), AllRows(*rows));
    } else if (GetErrorDetail(rows.status()) == nullptr) {
      Problem("no output: " + RenderError(rows.status()));
    }
    if (const std::string text = run.repeated_otherwise(); !text.empty()) Problem(text);
  }

  /// An acknowledged batch is never lost, and every file that a commit names is there.
  void CheckLogs(FaultInjectingFileSystem* file_system, int64_t acknowledged) {
    checkpoint::CommitLog commits(file_system, "/checkpoint");
    const auto latest = commits.LatestId();
    if (!latest.ok()) return Problem("commits: " + RenderError(latest.status()));
    if (latest->value_or(-1) < acknowledged) {
      Problem(fmt::format("batch {} was reported as done, but the last commit is {}", acknowledged,
                          latest->value_or(-1)));
    }
    for (const int64_t id : commits.Ids().ValueOr({})) {
      const auto entry = commits.Get(id);
      if (!entry.ok()) return Problem("commits: " + RenderError(entry.status()));
      for (const auto& [operator_id, files] : (*entry)->state) {
        for (const auto* list : {&files.snapshots, &files.changes}) {
          for (const std::string& name : *list) {
            const std::string path = fmt::format("/checkpoint/state/{}/{}", operator_id, name);
            if (!*file_system->Exists(path)) {
              Problem(fmt::format("commit {} names {}, which is not there", id, path));
            }
          }
        }
      }
    }
  }

  Result<Answer> Collect(QueryRun* run, FaultInjectingFileSystem* file_system) {
    Answer answer;
    ARROW_ASSIGN_OR_RAISE(answer.rows, run->Output());
    answer.state_rows = run->state_rows();
    checkpoint::CommitLog commits(file_system, "/checkpoint");
    checkpoint::OffsetLog offsets(file_system, "/checkpoint");
    ARROW_ASSIGN_OR_RAISE(const auto ids, commits.Ids());
    for (const int64_t id : ids) {
      ARROW_ASSIGN_OR_RAISE(const auto entry, commits.Get(id));
      answer.next_watermarks[id] = entry->next_batch_watermark_millis;
      ARROW_ASSIGN_OR_RAISE(const auto next, offsets.Get(id + 1));
      if (next && next->batch_watermark_millis != entry->next_batch_watermark_millis) {
        return Status::Invalid("offsets/", id + 1, " and commits/", id, " differ in the watermark");
      }
    }
    return answer;
  }

  void Compare(QueryRun* run, FaultInjectingFileSystem* file_system) {
    const auto collected = Collect(run, file_system);
    if (!collected.ok()) return Problem("no output: " + RenderError(collected.status()));
    Answer actual = *collected;
    if (workload_.no_data_batches || IsOneHeap(actual.rows) || IsOneHeap(expected_.rows)) {
      return CompareRows("all batches", AllRows(expected_.rows), AllRows(actual.rows));
    }
    if (actual.rows.size() != expected_.rows.size()) {
      Problem(fmt::format("{} batches instead of {}", actual.rows.size(), expected_.rows.size()));
    }
    for (const auto& [batch, rows] : expected_.rows) {
      CompareRows(fmt::format("batch {}", batch), rows, actual.rows[batch]);
    }
    for (const auto& [batch, watermark] : actual.next_watermarks) {
      const auto expected = expected_.next_watermarks.find(batch);
      if (expected != expected_.next_watermarks.end() && expected->second != watermark) {
        Problem(fmt::format("batch {} leaves watermark {} instead of {}", batch, watermark,
                            expected->second));
      }
    }
    if (!actual.state_rows.empty() && actual.state_rows != expected_.state_rows) {
      Problem(fmt::format("rows in the state: {} instead of {}", fmt::join(actual.state_rows, ","),
                          fmt::join(expected_.state_rows, ",")));
    }
  }

  static bool IsOneHeap(const std::map<int64_t, BatchRows>& rows) {
    return rows.size() == 1 && rows.contains(0);
  }

  static BatchRows AllRows(const std::map<int64_t, BatchRows>& batches) {
    BatchRows all;
    for (const auto& [batch, rows] : batches) all.insert(all.end(), rows.begin(), rows.end());
    std::sort(all.begin(), all.end());
    return all;
  }

  void CompareRows(const std::string& where, const BatchRows& expected, const BatchRows& actual) {
    if (expected == actual) return;
    BatchRows missing, extra;
    std::set_difference(expected.begin(), expected.end(), actual.begin(), actual.end(),
                        std::back_inserter(missing));
    std::set_difference(actual.begin(), actual.end(), expected.begin(), expected.end(),
                        std::back_inserter(extra));
    Problem(fmt::format("{}: {} rows missing ({}), {} too many ({})", where, missing.size(),
                        missing.empty() ? "" : missing[0], extra.size(),
                        extra.empty() ? "" : extra[0]));
  }

  const uint64_t seed_;
  const CampaignOptions& options_;
  std::mt19937_64 random_;
  std::mt19937_64 more_;
  Workload workload_;
  PassCounts counts_;
  std::vector<FaultPlan> faults_;
  Answer expected_;
  SeedOutcome outcome_;
};

}  // namespace

SeedOutcome RunSeed(uint64_t seed, const CampaignOptions& options) {
  return SeedRun(seed, options).Run();
}

SeedOutcome RunTwoOwnersSeed(uint64_t seed, const CampaignOptions& options) {
  return SeedRun(seed, options).RunTwoOwners();
}

SeedOutcome RunRewindSeed(uint64_t seed, const CampaignOptions& options) {
  return SeedRun(seed, options).RunRewind();
}

SeedOutcome RunDamageSeed(uint64_t seed, const CampaignOptions& options) {
  return SeedRun(seed, options).RunWithDamage();
}

}  // namespace thalweg::tests
