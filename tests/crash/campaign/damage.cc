#include "damage.h"

#include <map>
#include <vector>

#include <fmt/format.h>

namespace thalweg::tests {
namespace {

using Random = std::mt19937_64;

uint64_t Below(Random* random, uint64_t bound) { return (*random)() % bound; }

void CollectFiles(FileSystem* file_system, const std::string& directory,
                  std::map<std::string, std::vector<std::string>>* by_directory) {
  const auto entries = file_system->List(directory);
  if (!entries.ok()) return;
  for (const FileInfo& entry : *entries) {
    if (entry.is_directory) {
      CollectFiles(file_system, entry.path, by_directory);
    } else if (!BaseName(entry.path).starts_with(".")) {
      (*by_directory)[directory].push_back(entry.path);
    }
  }
}

/// A file of a random directory, the newest half of the time: the others are seldom read.
std::string ChooseFile(Random* random, FileSystem* file_system) {
  std::map<std::string, std::vector<std::string>> by_directory;
  CollectFiles(file_system, "/checkpoint", &by_directory);
  CollectFiles(file_system, "/out/_spark_metadata", &by_directory);
  if (by_directory.empty()) return "";
  auto chosen = by_directory.begin();
  std::advance(chosen, Below(random, by_directory.size()));
  const auto& files = chosen->second;
  if (Below(random, 2) == 0) return files[Below(random, files.size())];
  std::string newest = files.front();
  for (const std::string& file : files) {
    if (file_system->GetInfo(file)->modification_millis >
        file_system->GetInfo(newest)->modification_millis) {
      newest = file;
    }
  }
  return newest;
}

}  // namespace

std::string DamageSomeFile(Random* random, testing::FaultInjectingFileSystem* file_system,
                           std::string* description) {
  const std::string path = ChooseFile(random, file_system);
  if (path.empty()) return path;
  std::string bytes = file_system->ReadFile(path).ValueOr("");
  const size_t size = bytes.size();
  std::string what;
  switch (Below(random, 8)) {
    case 0:
    case 1:
    case 2:
      bytes.resize(Below(random, size + 1));
      what = fmt::format("cut to {} of {} bytes", bytes.size(), size);
      break;
    case 3:
    case 4:
      if (size == 0) break;
      bytes[Below(random, size)] ^= static_cast<char>(1 << Below(random, 8));
      what = "a bit changed";
      break;
    case 5:
      bytes.append(1 + Below(random, 40), static_cast<char>(Below(random, 256)));
      what = "bytes appended";
      break;
    case 6:
      ARROW_UNUSED(file_system->Remove(path));
      *description += fmt::format("\n    {}: taken away", path);
      return path;
    case 7:
      ARROW_UNUSED(file_system->Remove(path));
      ARROW_UNUSED(file_system->CreateDirectories(path));
      *description += fmt::format("\n    {}: a directory in its place", path);
      return path;
  }
  // A manifest or source log that is cut to its version line alone says that nothing is in it.
  if (bytes == "v1" && size > 2) bytes = "v";
  file_system->Damage(path, bytes);
  *description += fmt::format("\n    {}: {}", path, what);
  return path;
}

}  // namespace thalweg::tests
