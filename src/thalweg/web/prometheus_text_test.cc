#include "thalweg/web/prometheus_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace thalweg::web {
namespace {

using ::testing::HasSubstr;

stream::ProgressPtr MakeProgress() {
  auto progress = std::make_shared<stream::StreamingQueryProgress>();
  progress->batch_id = 7;
  progress->batch_duration_millis = 12;
  progress->duration_millis = {{"addBatch", 5}, {"walCommit", 2}};
  progress->event_time = {{"watermark", "2024-01-01T00:00:10.250Z"}};
  progress->sources.resize(2);
  progress->sources[0].num_input_rows = 30;
  progress->sources[0].input_rows_per_second = 100.5;
  progress->sources[1].num_input_rows = 12;
  progress->sources[1].input_rows_per_second = 2;
  progress->state_operators.resize(2);
  progress->state_operators[0].num_rows_total = 3;
  progress->state_operators[0].memory_used_bytes = 1000;
  progress->state_operators[1].num_rows_total = 4;
  progress->state_operators[1].memory_used_bytes = 24;
  progress->state_operators[1].num_rows_dropped_by_watermark = 9;
  return progress;
}

TEST(PrometheusTextTest, GaugesOfSpark) {
  const std::string text = PrometheusText({{"an-id", "counts", MakeProgress()}});
  const std::string labels = R"({query="counts",id="an-id"} )";
  for (const char* line :
       {"inputRate_total", "latency", "eventTime_watermark", "states_rowsTotal"}) {
    EXPECT_THAT(text, HasSubstr(std::string("# TYPE spark_streaming_") + line + " gauge\n"));
  }
  EXPECT_THAT(text, HasSubstr("spark_streaming_inputRate_total" + labels + "102.5\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_latency" + labels + "12\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_eventTime_watermark" + labels + "1704067210250\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_states_rowsTotal" + labels + "7\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_states_usedBytes" + labels + "1024\n"));
}

TEST(PrometheusTextTest, OwnGauges) {
  const std::string text = PrometheusText({{"an-id", "counts", MakeProgress()}});
  const std::string labels = R"({query="counts",id="an-id"} )";
  EXPECT_THAT(text, HasSubstr("thalweg_streaming_active_queries 1\n"));
  EXPECT_THAT(text, HasSubstr("thalweg_streaming_batch_id" + labels + "7\n"));
  EXPECT_THAT(text, HasSubstr("thalweg_streaming_input_rows" + labels + "42\n"));
  EXPECT_THAT(text, HasSubstr("thalweg_streaming_rows_dropped_by_watermark" + labels + "9\n"));
  EXPECT_THAT(text, HasSubstr("thalweg_streaming_duration_milliseconds"
                              R"({query="counts",id="an-id",step="addBatch"} 5)"));
}

TEST(PrometheusTextTest, BeforeTheFirstMicroBatchAllIsZero) {
  const std::string text = PrometheusText({{"an-id", "an-id", nullptr}});
  EXPECT_THAT(text, HasSubstr(R"(spark_streaming_latency{query="an-id",id="an-id"} 0)"));
}

TEST(PrometheusTextTest, LabelsAreEscaped) {
  const std::string text = PrometheusText({{"i", "a \"b\"\\\nc", nullptr}});
  EXPECT_THAT(text, HasSubstr(R"({query="a \"b\"\\\nc",id="i"})"));
}

TEST(PrometheusTextTest, WithoutQueriesOnlyTheCountHasASample) {
  EXPECT_THAT(PrometheusText({}), HasSubstr("thalweg_streaming_active_queries 0\n"));
}

}  // namespace
}  // namespace thalweg::web
