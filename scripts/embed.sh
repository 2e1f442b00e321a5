#!/bin/bash
# Prints assembler that puts the named files into the binary, as base/embedded.h describes them. One
# that make builds is written NAME=FILE: its name in there, and where it is.
set -eu

number=0
echo '    .section .rodata'
for file in "$@"; do
    printf 'name_%d: .string "%s"\ndata_%d: .incbin "%s"\nend_%d: .byte 0\n' \
        $number "${file%%=*}" $number "${file#*=}" $number
    number=$((number + 1))
done
echo '    .section .data.rel.ro, "aw"'
echo '    .balign 8'
echo '    .globl embedded_files'
echo 'embedded_files:'
for ((i = 0; i < number; i++)); do
    echo "    .quad name_$i, data_$i, end_$i - data_$i"
done
echo '    .quad 0, 0, 0'
echo '    .section .note.GNU-stack, "", @progbits'
