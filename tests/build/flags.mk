# A file of flags changes when what is remembered there does, and not otherwise. What depends on it is built anew with
# other flags or another compiler:
#
#   build/some.flags: REMEMBERED = the command that takes the flags
#
# SPDX-License-Identifier: MIT
.PHONY: always
%.flags: always
	@mkdir -p $(@D)
	@echo '$(REMEMBERED)' | cmp -s - $@ || echo '$(REMEMBERED)' > $@
