#include "coverage.h"

#include <cstdio>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shapes.h"
#include "thalweg/base/fault_point.h"

namespace thalweg::tests {
namespace {

constexpr const char* kKinds[] = {"crash",      "error",     "disk full",
                                  "short read", "power cut", "torn power cut"};
constexpr const char* kOperations[] = {
    "create", "append", "sync",    "rename",         "remove",
    "read",   "list",   "look_up", "sync_directory", "create_directories"};
#define WITH_COMMA(name) name,
constexpr const char* kPoints[] = {THALWEG_FAULT_POINTS(WITH_COMMA)};
#undef WITH_COMMA

std::vector<std::string> MakePlaces() {
  std::vector<std::string> places(std::begin(kOperations), std::end(kOperations));
  for (const char* point : kPoints) places.push_back(std::string("point:") + point);
  return places;
}

}  // namespace

const std::vector<std::string>& AllPlaces() {
  static const std::vector<std::string> places = MakePlaces();
  return places;
}

bool IsSeldom(const std::string& place) {
  if (place == "point:sink.after") return false;
  for (const char* prefix : {"point:sink.", "point:source_log.", "point:prop", "point:spill."}) {
    if (place.starts_with(prefix)) return true;
  }
  return false;
}

void FaultCoverage::Add(const FiredFault& fault) {
  ++kinds_[fault.kind];
  if (!fault.aftermath.empty()) ++kinds_[fault.aftermath];
  ++places_[fault.place][fault.kind];
}

void FaultCoverage::Print() const {
  std::vector<std::string> texts;
  for (const auto& [kind, count] : kinds_) texts.push_back(fmt::format("{} {}", kind, count));
  std::printf("[campaign] faults: %s\n", fmt::format("{}", fmt::join(texts, ", ")).c_str());
  for (const auto& [place, kinds] : places_) {
    texts.clear();
    for (const auto& [kind, count] : kinds) texts.push_back(fmt::format("{} {}", kind, count));
    std::printf("[campaign]   %-26s %s\n", place.c_str(),
                fmt::format("{}", fmt::join(texts, ", ")).c_str());
  }
}

std::vector<std::string> FaultCoverage::Gaps(bool few_seeds) const {
  std::vector<std::string> gaps;
  for (const char* kind : kKinds) {
    if (!kinds_.contains(kind)) gaps.push_back(fmt::format("no {} has happened", kind));
  }
  const std::set<std::string> listed(AllPlaces().begin(), AllPlaces().end());
  for (const std::string& place : listed) {
    if (few_seeds && IsSeldom(place) && !place.starts_with("point:spill.")) continue;
    if (!places_.contains(place)) gaps.push_back(place + " never failed");
  }
  for (const auto& [place, kinds] : places_) {
    if (!listed.contains(place)) gaps.push_back(place + " is in no list");
  }
  for (const Shape& shape : AllShapes()) {
    const auto found = rows_.find(shape.name);
    if (found == rows_.end() || found->second == 0) {
      gaps.push_back(fmt::format("{} gave no row", shape.name));
    }
  }
  return gaps;
}

}  // namespace thalweg::tests
