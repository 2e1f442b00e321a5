#compdef postern
# zsh completion for postern, made by `postern completion zsh`.

# The ids of open connections, if an emulator answers soon; the rest of its line describes each.
_postern_ids() {
    local -a lines

    lines=(${(f)"$($~_postern_program connections --timeout 0.5 2>/dev/null)"})
    lines=("${(@)lines/  /:}")
    _describe -t connections connection lines
}

# A text, or @ and a file.
_postern_data() {
    if compset -P @; then
        _files
    else
        _message 'a text, @FILE, or - for standard input'
    fi
}

# Completes the command behind "--"; false if the cursor isn't there.
_postern_command() {
    local -i at=$words[(i)--]

    (( at < CURRENT )) || return 1
    shift $at words
    (( CURRENT -= at ))
    _normal
    return 0
}

_postern() {
    local curcontext=$curcontext state _postern_program=$words[1]

    _arguments -C \
        '(- *)'{-h,--help}'[print how to use it]' \
        '(- *)--version[print the version]' \
        '1:command:_postern_subcommands' \
        '*::argument:->argument' && return
    [[ $state == argument ]] && (( $+functions[_postern-$words[1]] )) && _postern-$words[1]
}
