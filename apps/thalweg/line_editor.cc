#include "line_editor.h"

#include <cctype>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <cwchar>

#include <fmt/format.h>
#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include "interrupt.h"

namespace thalweg::cli {

struct LineEditor::State {
  EditLine* editor = nullptr;
  History* history = nullptr;
  std::string history_file;
  Completer completer;
  std::string prompt;
  bool was_interrupted = false;

  ~State() {
    if (editor != nullptr) el_end(editor);
    if (history != nullptr) history_end(history);
  }

  static State* Of(EditLine* editor) {
    void* data = nullptr;
    el_get(editor, EL_CLIENTDATA, &data);
    return static_cast<State*>(data);
  }
  static char* Prompt(EditLine* editor) { return Of(editor)->prompt.data(); }
  static unsigned char Interrupt(EditLine* editor, int);
  static unsigned char Complete(EditLine* editor, int);
  static int ReadCharacter(EditLine* editor, wchar_t* character);
};

namespace {

constexpr int kHistoryLines = 5000;

bool IsWordByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string CommonPrefix(const std::vector<std::string>& words) {
  std::string prefix = words.front();
  for (const std::string& word : words) {
    size_t length = 0;
    while (length < prefix.size() && length < word.size() && prefix[length] == word[length]) {
      ++length;
    }
    prefix.resize(length);
  }
  return prefix;
}

void PrintInColumns(const std::vector<std::string>& words) {
  constexpr size_t kLineWidth = 78;
  size_t width = 0;
  for (const std::string& word : words) width = std::max(width, word.size() + 2);
  const size_t columns = std::max<size_t>(1, kLineWidth / width);
  std::string text = "\n";
  for (size_t i = 0; i < words.size(); ++i) {
    const bool ends_line = (i + 1) % columns == 0 || i + 1 == words.size();
    text += ends_line ? words[i] + "\n" : fmt::format("{:<{}}", words[i], width);
  }
  fmt::print("{}", text);
  std::fflush(stdout);
}

/// False when a signal asks to stop, also one that came before the call.
bool WaitForKey() {
  pollfd descriptors[] = {{STDIN_FILENO, POLLIN, 0}, {interrupt_descriptor(), POLLIN, 0}};
  while (!IsInterrupted()) {
    const int ready = poll(descriptors, 2, -1);
    if (ready < 0 && errno != EINTR) return true;  // reading will tell what is wrong
    if (ready > 0 && descriptors[0].revents != 0) return true;
  }
  return false;
}

/// Text is UTF-8 whatever the locale says.
void UseUtf8() {
  if (std::setlocale(LC_CTYPE, "") != nullptr && MB_CUR_MAX > 1) return;
  std::setlocale(LC_CTYPE, "C.UTF-8");
}

}  // namespace

/// libedit's own function would sleep through a signal that comes just before it reads.
int LineEditor::State::ReadCharacter(EditLine*, wchar_t* character) {
  std::mbstate_t begun = {};
  while (WaitForKey()) {
    char byte = 0;
    const ssize_t count = read(STDIN_FILENO, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return static_cast<int>(count);
    const size_t length = std::mbrtowc(character, &byte, 1, &begun);
    if (length <= 1) return 1;
    // Minus one: no text; passed over. Minus two: the character goes on.
    if (length == static_cast<size_t>(-1)) begun = {};
  }
  return 0;
}

unsigned char LineEditor::State::Interrupt(EditLine* editor, int) {
  Of(editor)->was_interrupted = true;
  fmt::print("^C");
  std::fflush(stdout);
  return CC_NEWLINE;
}

unsigned char LineEditor::State::Complete(EditLine* editor, int) {
  const LineInfo* info = el_line(editor);
  const std::string_view line(info->buffer, static_cast<size_t>(info->cursor - info->buffer));
  size_t begin = line.size();
  while (begin > 0 && IsWordByte(line[begin - 1])) --begin;
  const std::string_view word = line.substr(begin);
  const auto words = Of(editor)->completer(line, word);
  if (words.empty()) return CC_REFRESH_BEEP;
  const std::string prefix = CommonPrefix(words);
  if (prefix.size() > word.size()) {
    el_insertstr(editor, prefix.c_str() + word.size());
    return CC_REFRESH;
  }
  if (words.size() == 1) return CC_REFRESH;
  PrintInColumns(words);
  return CC_REDISPLAY;
}

LineEditor::LineEditor(std::unique_ptr<State> state) : state_(std::move(state)) {}
LineEditor::~LineEditor() = default;

Result<std::unique_ptr<LineEditor>> LineEditor::Make(std::string history_file,
                                                     Completer completer) {
  UseUtf8();
  auto state = std::make_unique<State>();
  state->history_file = std::move(history_file);
  state->completer = std::move(completer);
  state->history = history_init();
  state->editor = el_init("thalweg", stdin, stdout, stderr);
  if (state->history == nullptr || state->editor == nullptr) {
    return Status::IOError("cannot edit lines on this terminal");
  }
  HistEvent event;
  history(state->history, &event, H_SETSIZE, kHistoryLines);
  history(state->history, &event, H_SETUNIQUE, 1);
  if (!state->history_file.empty() && access(state->history_file.c_str(), R_OK) == 0) {
    history(state->history, &event, H_LOAD, state->history_file.c_str());
  }
  EditLine* editor = state->editor;
  el_set(editor, EL_CLIENTDATA, state.get());
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_GETCFN, &State::ReadCharacter);
  el_set(editor, EL_PROMPT, &State::Prompt);
  el_set(editor, EL_HIST, history, state->history);
  el_set(editor, EL_ADDFN, "thalweg-interrupt", "drop the line", &State::Interrupt);
  el_set(editor, EL_ADDFN, "thalweg-complete", "complete the word", &State::Complete);
  el_set(editor, EL_BIND, "^C", "thalweg-interrupt", nullptr);
  el_set(editor, EL_BIND, "\t", "thalweg-complete", nullptr);
  el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  // Ctrl-C is a key while a line is edited, a signal while a statement runs.
  el_set(editor, EL_SETTY, "-d", "-isig", nullptr);
  return std::unique_ptr<LineEditor>(new LineEditor(std::move(state)));
}

LineEditor::Line LineEditor::Read(const std::string& prompt) {
  state_->prompt = prompt;
  state_->was_interrupted = false;
  el_resize(state_->editor);
  // Before the prompt shows, so that what is typed at once is seen key by key as well.
  el_set(state_->editor, EL_PREP_TERM, 1);
  int count = 0;
  const char* text = el_gets(state_->editor, &count);
  if (state_->was_interrupted || (text == nullptr && IsInterrupted())) {
    return {End::kInterrupt, ""};
  }
  if (text == nullptr || count <= 0) return {End::kEndOfInput, ""};
  Line line{End::kLine, std::string(text, static_cast<size_t>(count))};
  while (!line.text.empty() && (line.text.back() == '\n' || line.text.back() == '\r')) {
    line.text.pop_back();
  }
  return line;
}

void LineEditor::AddToHistory(const std::string& line) {
  HistEvent event;
  history(state_->history, &event, H_ENTER, line.c_str());
}

Status LineEditor::SaveHistory() {
  if (state_->history_file.empty()) return Status::OK();
  HistEvent event;
  errno = 0;
  if (history(state_->history, &event, H_SAVE, state_->history_file.c_str()) >= 0) {
    return Status::OK();
  }
  return Status::IOError("cannot write ", state_->history_file, ": ", std::strerror(errno));
}

}  // namespace thalweg::cli
