/**
 * What each shell needs to complete our words: each script hands the words over to `__complete` and offers what comes back.
 * They know nothing of verbs themselves, so they need no update when those change.
 */

const BASH = `# Completion of drover and p for bash. In ~/.bashrc: eval "$(drover completion bash)"
_drover() {
  local program="\${COMP_WORDS[0]}" current="\${COMP_WORDS[COMP_CWORD]}" line directive=
  local -a words=("\${COMP_WORDS[@]:1:COMP_CWORD}") found=()
  # bash breaks words at "=": put --flag=value together again, and complete what stands after it.
  local cut=
  if [[ $COMP_CWORD -ge 2 && $current == '=' && \${COMP_WORDS[COMP_CWORD-1]} == --* ]]; then
    words=("\${COMP_WORDS[@]:1:COMP_CWORD-2}" "\${COMP_WORDS[COMP_CWORD-1]}=") current= cut="\${COMP_WORDS[COMP_CWORD-1]}="
  elif [[ $COMP_CWORD -ge 3 && \${COMP_WORDS[COMP_CWORD-1]} == '=' && \${COMP_WORDS[COMP_CWORD-2]} == --* ]]; then
    words=("\${COMP_WORDS[@]:1:COMP_CWORD-3}" "\${COMP_WORDS[COMP_CWORD-2]}=$current") cut="\${COMP_WORDS[COMP_CWORD-2]}="
  fi
  while IFS= read -r line; do
    if [[ $line == :* ]]; then directive=$line; else line="\${line%%$'\\t'*}"; found+=("\${line#"$cut"}"); fi
  done < <("$program" __complete "\${words[@]}" 2>/dev/null)
  COMPREPLY=("\${found[@]}")
  case $directive in
    :files) compopt -o filenames 2>/dev/null; mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current") ;;
    :folders) compopt -o filenames 2>/dev/null; mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$current") ;;
    :commands) mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -c -- "$current") ;;
  esac
}
complete -F _drover drover p
`

const ZSH = `#compdef drover p
# Completion of drover and p for zsh. In ~/.zshrc, after compinit: eval "$(drover completion zsh)"
_drover() {
  local line directive= word about
  local -a found
  while IFS= read -r line; do
    if [[ $line == :* ]]; then directive=$line; continue; fi
    word=\${line%%$'\\t'*}
    about=\${line#*$'\\t'}
    word=\${word//:/\\\\:}
    about=\${about//\\\\/\\\\\\\\}
    if [[ $line == *$'\\t'* ]]; then found+=("$word:$about"); else found+=("$word"); fi
  done < <("\${(Q)words[1]}" __complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe -V drover found
  case $directive in
    :files) _files ;;
    :folders) _files -/ ;;
    :commands) _command_names -e ;;
  esac
}
compdef _drover drover p
`

const FISH = `# Completion of drover and p for fish: drover completion fish > ~/.config/fish/completions/drover.fish
function __drover_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -l directive
    for line in ($program __complete $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case ':*'
                set directive $line
            case '*'
                echo $line
        end
    end
    switch "$directive"
        case ':files'
            __fish_complete_path "$current"
        case ':folders'
            __fish_complete_directories "$current"
        case ':commands'
            __fish_complete_command
    end
end
complete -c drover -f -a '(__drover_complete)'
complete -c p -f -a '(__drover_complete)'
`

export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH }
