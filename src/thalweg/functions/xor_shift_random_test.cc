#include "thalweg/functions/xor_shift_random.h"

#include <gtest/gtest.h>

namespace thalweg::functions {
namespace {

// SELECT rand(7), randn(5) on one partition of Spark.
TEST(XorShiftRandom, DrawsTheNumbersOfSpark) {
  XorShiftRandom uniform(7);
  EXPECT_EQ(uniform.NextDouble(), 0.28188121484885875);
  EXPECT_EQ(uniform.NextDouble(), 0.45998819035056326);
  EXPECT_EQ(uniform.NextDouble(), 0.7690971666031955);
  EXPECT_EQ(uniform.NextDouble(), 0.6631414615273216);
  XorShiftRandom normal(5);
  EXPECT_DOUBLE_EQ(normal.NextGaussian(), 1.5298496477243015);
  EXPECT_DOUBLE_EQ(normal.NextGaussian(), 0.2517460544935095);
}

}  // namespace
}  // namespace thalweg::functions
