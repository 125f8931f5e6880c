#include "thalweg/functions/map_key_policy.h"

namespace thalweg::functions {

std::string LastWinForm(std::string_view name) {
  for (const std::string_view maker : {"map", "map_concat", "map_from_arrays", "map_from_entries",
                                       "str_to_map", "transform_keys"}) {
    if (name == maker) return std::string(name) + " last_win";
  }
  return std::string(name);
}

}  // namespace thalweg::functions
