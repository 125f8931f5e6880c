#pragma once

// Changed requests that are still messages: bytes changed at random mostly end in the parser.

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "request.h"

namespace thalweg::tests {

/// Random numbers that are the same everywhere.
class RandomChoice {
 public:
  explicit RandomChoice(uint64_t seed) : engine_(seed) {}

  /// 0 <= result < `count`; 0 when that is 0.
  size_t Below(size_t count) { return count == 0 ? 0 : engine_() % count; }
  bool OneIn(size_t count) { return Below(count) == 0; }
  uint64_t Any() { return engine_(); }
  template <typename List>
  const auto& From(const List& list) {
    return list[Below(list.size())];
  }

 private:
  std::mt19937_64 engine_;
};

/// Makes requests out of recorded ones. Not thread-safe. What it makes may be nested up to and
/// beyond the deepest that the server takes: call it where the stack is large.
class RequestMutator {
 public:
  /// `functions`: names to call.
  RequestMutator(const std::vector<Request>& recorded, std::vector<std::string> functions);
  ~RequestMutator();

  /// The request of `seed`.
  Request Make(uint64_t seed) const;

 private:
  struct Donors;

  void Change(google::protobuf::Message* root, RandomChoice* random) const;

  std::vector<Request> recorded_;
  std::vector<std::unique_ptr<google::protobuf::Message>> parsed_;
  std::vector<std::string> functions_;
  std::unique_ptr<Donors> donors_;
};

}  // namespace thalweg::tests
