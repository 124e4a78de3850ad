# WebAssembly, as browsers run it, with vectors of 16 bytes; here by node
PREFIX   = llvm-
EMULATOR = node
PACKAGES = clang lld llvm wasi-libc nodejs
TARGET   = --target=wasm32-wasi -msimd128
CC_OF    = clang $(TARGET)
CXX_OF   = clang++ $(TARGET)
OPTIMISE = -O3
SKIP     = $(ALL)
NUMBER   = float
MISUSES  = heap libm guard constructor
FITS     =
START    = examples/boards/wasm32/start.c
LINK     = $(CC_OF) -nostartfiles -nodefaultlibs -Wl,--no-entry -Wl,--export=run -Wl,--gc-sections -lc
RUN      = $(EMULATOR) examples/boards/wasm32/run.js
