#pragma once

// Sketches, histograms and other summaries of a group; RegisterStatisticalAggregates() calls them.

#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

void RegisterBitmapAggregates(FunctionRegistry* registry);
void RegisterVectorAggregates(FunctionRegistry* registry);
void RegisterCountMinSketch(FunctionRegistry* registry);
void RegisterHistogram(FunctionRegistry* registry);

}  // namespace thalweg::functions
