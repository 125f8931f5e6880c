#include "thalweg/python/task_header.h"

#include <gtest/gtest.h>

#include "thalweg/python/wire.h"

namespace thalweg::python {
namespace {

TaskHeader Header(EvalType type) {
  TaskHeader header;
  header.python_version = "3.11";
  header.files_directory = "/files";
  header.eval_type = type;
  header.runner_conf = {{"k", "v"}};
  header.eval_conf = {{"input_type", "{}"}};
  header.functions.push_back({{"command"}, {{0, std::nullopt}, {1, "name"}}, 7});
  return header;
}

/// What comes before the kind, for the versions without a JSON text.
WireWriter Beginning(Protocol protocol) {
  WireWriter expected;
  expected.Int(0);
  expected.Text("3.11");
  expected.Bool(false);
  if (protocol == Protocol::k40) {
    expected.Int(0);
    expected.Text("");
  }
  for (const int number : {0, 0, 0}) expected.Int(number);
  expected.Long(0);
  for (const int number : {1, 0, 0}) expected.Int(number);
  expected.Text("/files");
  expected.Int(0);
  expected.Bool(false);
  expected.Int(0);
  return expected;
}

TEST(TaskHeader, AProfilerStandsBeforeTheFunctionsUpTo41) {
  TaskHeader header = Header(EvalType::kBatched);
  header.runner_conf["spark.sql.pyspark.udf.profiler"] = "perf";
  WireWriter functions;
  functions.Bool(true);
  functions.Text("perf");
  functions.Int(1);
  functions.Int(2);
  functions.Int(0);
  functions.Bool(false);
  functions.Int(1);
  functions.Bool(true);
  functions.Text("name");
  functions.Int(1);
  functions.Text("command");
  functions.Long(7);
  const auto bytes = EncodeTaskHeader(header, Protocol::k41);
  ASSERT_TRUE(bytes.ok());
  EXPECT_TRUE(bytes->ends_with(functions.bytes()));
}

TEST(TaskHeader, VersionsUpTo41) {
  for (const Protocol protocol : {Protocol::k40, Protocol::k41}) {
    WireWriter expected = Beginning(protocol);
    expected.Int(101);
    expected.Int(1);
    expected.Text("k");
    expected.Text("v");
    if (protocol == Protocol::k41) expected.Text("{}");
    expected.Bool(false);
    for (const int number : {1, 2, 0}) expected.Int(number);
    expected.Bool(false);
    expected.Int(1);
    expected.Bool(true);
    expected.Text("name");
    expected.Int(1);
    expected.Text("command");
    EXPECT_EQ(EncodeTaskHeader(Header(EvalType::kArrowBatched), protocol).ValueOrDie(),
              expected.bytes());
  }
}

TEST(TaskHeader, GroupedMapsHadNoNamesBefore42) {
  WireWriter expected = Beginning(Protocol::k41);
  expected.Int(201);
  expected.Int(1);
  expected.Text("k");
  expected.Text("v");
  expected.Bool(false);
  for (const int number : {1, 2, 0, 1, 1}) expected.Int(number);
  expected.Text("command");
  EXPECT_EQ(EncodeTaskHeader(Header(EvalType::kGroupedMapPandas), Protocol::k41).ValueOrDie(),
            expected.bytes());
}

TEST(TaskHeader, SinceVersion43TheHeaderIsAMessage) {
  const TaskHeader header = Header(EvalType::kScalarArrow);
  const std::string plain = EncodeTaskHeader(header, Protocol::k42).ValueOrDie();
  WireWriter expected;
  expected.Int(-8);
  expected.Text(plain);
  EXPECT_EQ(EncodeTaskHeader(header, Protocol::k43).ValueOrDie(), expected.bytes());
  WireWriter end;
  end.Int(7);
  end.Text("command");
  end.Long(7);
  EXPECT_EQ(plain.substr(plain.size() - 15), end.bytes().substr(end.bytes().size() - 15));
}

TEST(TaskHeader, KindsAndVersionsThatAreNotKnown) {
  EXPECT_FALSE(EncodeTaskHeader(Header(EvalType::kScalarArrow), Protocol::k40).ok());
  EXPECT_FALSE(EncodeTaskHeader(Header(EvalType::kGroupedAggArrowIter), Protocol::k41).ok());
  EXPECT_FALSE(EncodeTaskHeader(Header(static_cast<EvalType>(999)), Protocol::k43).ok());
  EXPECT_EQ(ProtocolOfVersion("4.1.3").ValueOrDie(), Protocol::k41);
  EXPECT_EQ(ProtocolOfVersion("4.3.0").ValueOrDie(), Protocol::k43);
  for (const char* version : {"3.5.0", "4.2.0.dev0"}) {
    EXPECT_TRUE(
        IsCondition(ProtocolOfVersion(version).status(), "UNSUPPORTED_FEATURE.PYSPARK_VERSION"));
  }
}

}  // namespace
}  // namespace thalweg::python
