// error: Xorshift32
#include "../../../rbm/rbm.hpp"
int main() {
  rbm::Xorshift32 rng;
  return rng() == 0;
}
