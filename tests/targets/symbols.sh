#!/bin/sh
# Tells what an object of ours asks for, or has, that firmware must not: symbols.sh PREFIX OBJECT. It fails if there is
# anything: only memcpy, memset, the board, by_hand.c and what the compiler calls for integers and floats may be asked
# for, and nothing may be constructed before main.
# SPDX-License-Identifier: MIT
set -u

prefix=$1 object=$2
symbols=$("${prefix}nm" -C "$object") && sections=$("${prefix}objdump" -h "$object") || exit 2
case $sections in *.text* | *CODE*) ;; *) echo "no code" && exit 2 ;; esac

integers='__aeabi_([iu]+(div|divmod)|u?ldivmod|lmul|l(sl|sr|asr))|__[a-z]+[sdhq]i[0-9]?(_s8)?'
floats='__aeabi_(f(add|sub|rsub|mul|div|neg|2iz|2uiz|cmp[a-z]+)|u?i2f)|__[a-z]+sf[0-9]?|__fix(uns)?sfsi|__float(un)?si(sf)?'
start='board_write|main|(data|bss)_(start|end|image)|stack_top|__do_(copy_data|clear_bss)|_gp_disp|__stack_pointer|_GLOBAL_OFFSET_TABLE_'
by_hand='by_hand(_step|_mean_hidden)?'
found=$({
  echo "$symbols" | awk '$1 == "U" { print $2 }' | grep -vxE "memcpy|memset|$integers|$floats|$start|$by_hand"
  echo "$symbols" | grep -oE 'guard variable.*|_GLOBAL__sub_I.*|typeinfo.*|vtable.*'
  echo "$sections" | grep -oE '\.(init_array|preinit_array|ctors)'
} | sort -u | tr '\n' ' ')
[ -z "$found" ] || { echo "$found" && exit 1; }
