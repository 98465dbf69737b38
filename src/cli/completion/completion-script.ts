/** The completion scripts of bash, zsh and fish, made from the commands that there are. */

import type { Command } from "commander";
import { type CommandWord, type OptionWord, wordsOf } from "./word-tree.ts";

/** The script for a shell. */
export function completionScript(program: Command, shell: "bash" | "zsh" | "fish"): string {
  const words = wordsOf(program);
  switch (shell) {
    case "bash":
      return bash(words);
    case "zsh":
      return zsh(words);
    case "fish":
      return fish(words);
  }
}

type Words = ReturnType<typeof wordsOf>;

function bash({ root, commands }: Words): string {
  const names = commands.map(({ name }) => name).join(" ");
  return `# Completion of antiphon for bash. Put into ~/.bashrc:  source <(antiphon completion bash)
_antiphon() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${commands.map(({ name }) => name).join("|")}) command="$word"; break ;; esac
  done
  local options="" values="" files=""
  case "$command" in
${commands.map((command) => bashCommand(command.name, command)).join("\n")}
${bashCommand('""', { ...root, choices: names.split(" ") })}
  esac
  case "$command $previous" in
${commands.flatMap(bashValues).join("\n")}
  esac
  local IFS=$' \\t\\n'
  if [[ -n "$files" && "$current" != -* ]]; then
    IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$current"))
    compopt -o filenames 2>/dev/null
  elif [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$values" -- "$current"))
  fi
}
complete -F _antiphon antiphon`;
}

function bashCommand(pattern: string, { options, choices, takesFile }: CommandWord): string {
  const names = options.flatMap((option) => option.names).join(" ");
  return `    ${pattern}) options="${names}"; values="${choices.join(" ")}"; files="${takesFile ? "yes" : ""}" ;;`;
}

function bashValues({ name, options }: CommandWord): string[] {
  return options.flatMap((option) => {
    if (!option.takesValue) return [];
    const patterns = option.names.map((one) => `"${name} ${one}"`).join("|");
    return `    ${patterns}) options=""; values="${option.choices.join(" ")}"; files="${option.takesFile ? "yes" : ""}" ;;`;
  });
}

function zsh({ root, commands }: Words): string {
  return `#compdef antiphon
# Completion of antiphon for zsh. Save as _antiphon in a folder of $fpath, or put behind compinit in ~/.zshrc:
#   source <(antiphon completion zsh)
_antiphon() {
  local context state line
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`).join("\n")}
  )
  _arguments -C \\
${root.options.flatMap(zshOption).join("\n")}
    '1: :->command' \\
    '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
${commands.map(zshCommand).join("\n")}
      esac ;;
  esac
}
if [ "$funcstack[1]" = "_antiphon" ]; then _antiphon "$@"; else compdef _antiphon antiphon; fi`;
}

function zshCommand({ name, options, choices, takesFile }: CommandWord): string {
  const rest = takesFile ? "'*:file:_files'" : `'*: :(${choices.join(" ")})'`;
  return `        ${name}) _arguments \\\n${options.flatMap(zshOption).join("\n")}\n          ${rest} ;;`;
}

function zshOption({ names, description, takesValue, takesFile, choices, isRepeatable }: OptionWord): string[] {
  const files = takesFile ? "_files" : `(${choices.join(" ")})`;
  const value = takesValue ? `:value:${files}` : "";
  const words = description.replace(/[[\]:\\]/g, "\\$&");
  return names.map((name) => {
    const others = isRepeatable ? "*" : `(${names.join(" ")})`;
    return `          ${quoted(`${others}${name}[${words}]${value}`)} \\`;
  });
}

function fish({ root, commands }: Words): string {
  const rules = [
    "complete -c antiphon -f",
    ...root.options.map((option) => `complete -c antiphon -n __fish_use_subcommand${fishOption(option)}`),
    ...commands.map(
      ({ name, description }) =>
        `complete -c antiphon -n __fish_use_subcommand -a ${name} -d ${fishQuoted(description)}`,
    ),
    ...commands.flatMap(({ name, options, choices, takesFile }) => {
      const on = `complete -c antiphon -n '__fish_seen_subcommand_from ${name}'`;
      return [
        ...options.map((option) => `${on}${fishOption(option)}`),
        ...(choices.length === 0 ? [] : [`${on} -a ${fishQuoted(choices.join(" "))}`]),
        ...(takesFile ? [`${on} -F`] : []),
      ];
    }),
  ];
  return `# Completion of antiphon for fish. Save as ~/.config/fish/completions/antiphon.fish\n${rules.join("\n")}`;
}

function fishOption({ names, description, takesValue, takesFile, choices }: OptionWord): string {
  const flags = names.map((name) => (name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`)).join("");
  const values = choices.length === 0 ? "" : ` -a ${fishQuoted(choices.join(" "))}`;
  return `${flags}${takesValue ? (takesFile ? " -r -F" : " -x") : ""}${values} -d ${fishQuoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
