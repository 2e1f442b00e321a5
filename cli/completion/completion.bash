# bash completion for postern, made by `postern completion bash`.

# Replies with what may stand where $2 was typed: $1 is a kind of value. Bash replaces only what follows the last "=" or
# ":", so that is all that it is given. Uses words and endpoint of _postern.
_postern_reply() {
    local kind=$1 typed=$2 piece=${COMP_WORDS[COMP_CWORD]} id rest i
    local replies=()

    case $kind in
    words:*) kind=${kind#words:} && mapfile -t replies < <(compgen -W "${kind//|/ }" -- "$typed") ;;
    files) mapfile -t replies < <(compgen -f -- "$typed") ;;
    folders) mapfile -t replies < <(compgen -d -- "$typed") ;;
    command) mapfile -t replies < <(compgen -c -- "$typed") ;;
    subcommands) mapfile -t replies < <(compgen -W "$_postern_subcommands" -- "$typed") ;;
    data) [[ $typed != @* ]] || mapfile -t replies < <(compgen -P @ -f -- "${typed#@}") ;;
    connections)
        while read -r id rest; do
            [[ $id != "$typed"* ]] || replies+=("$id")
        done < <("${words[0]/#\~\//$HOME/}" connections "${endpoint[@]}" --timeout 0.5 2>/dev/null)
        ;;
    esac
    case $kind in
    files | folders | data) compopt -o filenames 2>/dev/null ;;
    esac
    [[ -n ${piece//[=:]/} ]] || piece=
    for ((i = 0; i < ${#replies[@]}; i++)); do
        COMPREPLY+=("${replies[i]#"${typed%"$piece"}"}")
    done
}

# The kind of value that option $1 takes, in kind; "" if it takes none. Uses values of _postern.
_postern_find_kind() {
    local value

    kind=
    for value in $values; do
        [[ ${value%%=*} != "$1" ]] || kind=${value#*=}
    done
}

_postern() {
    local words=() endpoint=() line=$COMP_LINE word current option='' kind='' rest='' operand=0 i
    local options='' values='' operands=''

    # Bash takes words apart at "=" and ":"; put together again they are as they were typed.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i > 0)) && [[ $line != [[:blank:]]* ]]; then
            words[${#words[@]} - 1]+=$word
        else
            line=${line#"${line%%[![:blank:]]*}"}
            words+=("$word")
        fi
        line=${line#"$word"}
    done
    current=${words[${#words[@]} - 1]}
    COMPREPLY=()

    if ((${#words[@]} < 3)); then
        _postern_reply "words:$_postern_subcommands --help --version" "$current"
        return
    fi
    _postern_describe "${words[1]}"
    for ((i = 2; i < ${#words[@]} - 1; i++)); do
        word=${words[i]}
        if [[ -n $kind ]]; then
            [[ $option != --endpoint ]] || endpoint=(--endpoint "$word")
            kind=
        elif [[ $word == -- ]]; then
            rest=$((i + 1))
            break
        elif [[ $word == --*=* ]]; then
            [[ $word != --endpoint=* ]] || endpoint=("$word")
        elif [[ $word == -?* ]]; then
            option=$word
            _postern_find_kind "$word"
        else
            operand=$((operand + 1))
        fi
    done

    if [[ -n $rest && " $operands" == *" command "* ]]; then
        if ((rest == ${#words[@]} - 1)); then
            _postern_reply command "$current"
        else
            _postern_reply files "$current"
        fi
    elif [[ -n $kind ]]; then
        _postern_reply "$kind" "$current"
    elif [[ -z $rest && $current == --*=* ]]; then
        _postern_find_kind "${current%%=*}"
        _postern_reply "$kind" "${current#*=}"
    elif [[ -z $rest && $current == -* ]]; then
        _postern_reply "words:$options" "$current"
    else
        operands=($operands)
        kind=${operands[operand]-}
        [[ $kind == command ]] || _postern_reply "$kind" "$current"
    fi
}
