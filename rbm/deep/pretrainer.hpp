// rbm/deep/pretrainer.hpp: greedy training, a layer at a time (Hinton, Osindero and Teh 2006).
//
// Each two neighbouring layers learn as an Rbm what the layers below them make of the data: draws of the lower layer,
// made anew for each sample. The memory serves one pair of layers after the other.
//
// In a Dbm the layers between get their inputs from two sides, but while a pair is trained alone it has one of them:
// it is counted twice, up from the lower layer where there is a layer above, down from the upper one where there is a
// layer below. So the weights come out as small as they are needed later (Salakhutdinov and Hinton 2009). Biases are
// not counted twice: a layer keeps those that it learnt as the upper one of its pair, which are right where both sides
// agree.
//
// SPDX-License-Identifier: MIT

#ifndef RBM_DEEP_PRETRAINER_HPP
#define RBM_DEEP_PRETRAINER_HPP

#include <stddef.h>
#include <stdint.h>

#include "../config.hpp"
#include "../layers/layer.hpp"
#include "../model/model.hpp"
#include "../model/parameters.hpp"
#include "../numbers/number.hpp"
#include "../status.hpp"
#include "../storage.hpp"
#include "../training/extras.hpp"
#include "../training/options.hpp"
#include "../training/trainer.hpp"
#include "dbm.hpp"
#include "dbn.hpp"
#include "layers.hpp"
#include "pair.hpp"

namespace rbm {
namespace detail {

/// Makes a new object in the memory of another one, which had no destructor. Nothing is allocated: this is the
/// placement form of <new>, a header that not every compiler for boards has.
template <class Type>
struct InPlace : Type {
  static void* operator new(size_t, void* place) noexcept { return place; }
};

/// Room for one Stage<k>::Type at a time, of k = first ... last.
template <class Stage, size_t k, size_t Last, bool IsLast = (k == Last)>
union OneStage {
  typename Stage::template Of<k>::Type first;
  OneStage<Stage, k + 1, Last> second;

  OneStage() : first() {}
};
template <class Stage, size_t k, size_t Last>
union OneStage<Stage, k, Last, true> {
  typename Stage::template Of<k>::Type first;

  OneStage() : first() {}
};

/// What the Rbm k of a Dbn learns with: its trainer, and draws of its lower layer, unless these are the samples.
template <class Net, size_t Batch, Extras Chosen>
struct StackStage {
  template <size_t k>
  struct Of {
    struct Type {
      Trainer<typename Net::template RbmOf<k>, Batch, Chosen> trainer;
      Vector<typename Net::template RbmOf<k>::VisibleState, k == 0 ? 1 : Batch> inputs;
    };
  };
};

/// Trains the Rbm k, or one above it.
template <size_t k, size_t Count>
struct PretrainAt {
  template <class Pretrainer, class Net, class Labels, class Rng>
  static Status step(Pretrainer& pretrainer, Net& net, size_t which, const typename Net::Sample* samples,
                     const Labels* labels, size_t count, Rng& rng) {
    return which == k ? pretrainer.template step_at<k>(net, samples, labels, count, rng)
                      : PretrainAt<k + 1, Count>::step(pretrainer, net, which, samples, labels, count, rng);
  }
};
template <size_t Count>
struct PretrainAt<Count, Count> {
  template <class Pretrainer, class Net, class Labels, class Rng>
  static Status step(Pretrainer&, Net&, size_t, const typename Net::Sample*, const Labels*, size_t, Rng&) {
    return Status::out_of_range;
  }
};

/// The inputs of the upper layer of a pair, or of the lower one, of which the other layer's part counts once or twice.
template <class PairModel, bool IsTwice>
struct UpInputs {
  typedef typename PairModel::Sum Sum;
  const PairModel& model;
  const typename PairModel::Scalar* v;

  RBM_INLINE void get(Block block, Sum* x) const {
    constexpr size_t below = PairModel::visible_size, above = PairModel::hidden_size;
    start_input(model.hidden, block, x);
    kernels::accumulate<below, above>(model.weights.values + block.first, v, block.count, x);
    if (IsTwice) kernels::accumulate<below, above>(model.weights.values + block.first, v, block.count, x);
  }
};
template <class PairModel, bool IsTwice>
struct DownInputs {
  typedef typename PairModel::Sum Sum;
  const PairModel& model;
  const typename PairModel::Scalar* h;

  RBM_INLINE void get(Block block, Sum* x) const {
    constexpr size_t above = PairModel::hidden_size;
    start_input(model.visible, block, x);
    kernels::dot_rows<above>(model.weights.row(block.first), h, block.count, x);
    if (IsTwice) kernels::dot_rows<above>(model.weights.row(block.first), h, block.count, x);
  }
};

/// What the layers k and k + 1 of a Dbm learn with: the states of a batch.
template <class Net, size_t Batch, Extras Chosen>
struct PairStage {
  template <size_t k>
  struct Of {
    struct Type : Optional<UpdateCounter, has(Chosen, scheduled)> {
      typedef Pair<Net, k> Model;
      Vector<typename Model::VisibleState, k == 0 ? 1 : Batch> inputs;
      Vector<typename Model::VisibleState, Batch> visible;
      Vector<typename Model::HiddenState, Batch> hidden, hidden_data;
    };
  };
};

/// Draws of the layers 1 ... k of a Dbm whose lower layers alone were trained.
template <size_t k>
struct PassUp {
  template <class Net, class Rng>
  static const typename Net::Scalar* sample(Net& net, const typename Net::Sample& v, typename Net::Means& states,
                                            Rng& rng) {
    typedef Pair<Net, k - 1> Model;
    const Model model(net);
    typename Net::Scalar* const s = states.template layer<k>().values;
    const UpInputs<Model, true> inputs = {model, PassUp<k - 1>::sample(net, v, states, rng)};
    each_input<typename Model::Hidden>(inputs, [&](Block block, typename Net::Sum* x) RBM_ALWAYS_INLINE {
      model.hidden.sample(block, x, s + block.first, rng);
    });
    return s;
  }
};
template <>
struct PassUp<0> {
  template <class Net, class Rng>
  static const typename Net::Scalar* sample(Net&, const typename Net::Sample& v, typename Net::Means&, Rng&) {
    return v.values;
  }
};

}  // namespace detail

/// Trains a deep model greedily. `options` are those of all layers: where one of them needs another learning rate, set
/// it before that one learns.
template <class Net, size_t Batch, Extras Chosen = plain>
struct Pretrainer;

/// Of a Dbn: a Trainer with these extras for each Rbm, of which memory holds one at a time. It starts anew, with its
/// particles, schedule and offsets, where another one is trained. The memory is that of the largest of them with Batch
/// states of its lower layer, and a state of all hidden layers.
template <class AllLayers, class Number, class Label, size_t Batch, Extras Chosen>
struct Pretrainer<Dbn<AllLayers, Number, Label>, Batch, Chosen> {
  typedef Dbn<AllLayers, Number, Label> Net;
  typedef typename Net::Scalar Scalar;
  typedef typename Net::Sample Sample;
  typedef typename Arithmetic<Scalar>::Option Option;
  static_assert((Chosen & sliced) == 0, "rbm: greedy training is not made in slices");
  static_assert(!Net::is_in_flash, "rbm: a model in flash cannot learn: convert() copies it to RAM");

  TrainingOptions<Chosen, Option> options;
  typename Net::Means states;  // of the layers below the one that learns

  Pretrainer() : options(Net::has_real ? 0.001f : 0.1f), which(0) {}

  /// One update of rbm<k>() from what the layers below it draw, given `count` samples. Errors as of Trainer::step, and
  /// out_of_range where there is no such Rbm.
  template <class Rng>
  Status step(Net& net, size_t k, const Sample* samples, size_t count, Rng& rng) {
    static_assert(!Net::has_label, "rbm: the top of this network sees a label: give the labels of the samples, too");
    return detail::PretrainAt<0, pairs>::step(*this, net, k, samples, samples, count, rng);
  }
  /// With a label for each sample, a state of its units: the top Rbm learns both.
  template <class LabelState, class Rng>
  Status step(Net& net, size_t k, const Sample* samples, const LabelState* labels, size_t count, Rng& rng) {
    static_assert(Net::has_label, "rbm: the top of this network sees no label: Dbn<Layers, Number, Label> does");
    const Status status = check_labels(labels, count);
    if (status != Status::ok) return status;
    return detail::PretrainAt<0, pairs>::step(*this, net, k, samples, labels, count, rng);
  }

  /// One pass over any number of samples, in batches, in their order. Nothing is learnt where one of them is refused.
  template <class Rng>
  Status epoch(Net& net, size_t k, const Sample* samples, size_t count, Rng& rng) {
    Status status = first_failure(check(net), Net::check(samples, count));
    for (size_t first = 0; first < count && status == Status::ok; first += Batch) {
      status = step(net, k, samples + first, count - first < Batch ? count - first : Batch, rng);
    }
    return status;
  }
  template <class LabelState, class Rng>
  Status epoch(Net& net, size_t k, const Sample* samples, const LabelState* labels, size_t count, Rng& rng) {
    Status status = first_failure(check(net), Net::check(samples, count));
    if (status == Status::ok) status = check_labels(labels, count);
    for (size_t first = 0; first < count && status == Status::ok; first += Batch) {
      status = step(net, k, samples + first, labels + first, count - first < Batch ? count - first : Batch, rng);
    }
    return status;
  }

 private:
  template <size_t, size_t>
  friend struct detail::PretrainAt;
  enum : size_t { pairs = Net::depth - 1 };

  detail::OneStage<detail::StackStage<Net, Batch, Chosen>, 0, pairs - 1> stages;
  size_t which;  // is in memory

  template <class LabelState>
  static Status check_labels(const LabelState* labels, size_t count) {
    static_assert(size_t{LabelState::size} == size_t{Label::size}, "rbm: a label has a value for each of its units");
    return detail::check_states<typename Label::template Layer<Scalar>>(labels, count);
  }

  template <size_t k, class Labels, class Rng>
  Status step_at(Net& net, const Sample* samples, const Labels* labels, size_t count, Rng& rng) {
    typedef typename detail::StackStage<Net, Batch, Chosen>::template Of<k>::Type Stage;
    if (count > Batch) return Status::too_large;
    Status status = first_failure(options.check(), Net::check(samples, count));
    if (status == Status::ok && !detail::StackPass<0, k + 1>::is_proper(net)) status = Status::out_of_range;
    if (status != Status::ok) return status;
    Stage& stage = detail::At<k>::of(stages);
    if (which != k) new (&stage) detail::InPlace<Stage>();
    which = k;
    stage.trainer.options = options;
    return step_stage(net, stage, detail::Choice<k>(), samples, labels, count, rng);
  }

  template <class Stage, class Labels, class Rng>
  Status step_stage(Net& net, Stage& stage, detail::Choice<0>, const Sample* samples, const Labels*, size_t count,
                    Rng& rng) {
    return stage.trainer.step(net.template rbm<0>(), samples, count, rng);
  }
  template <class Stage, size_t k, class Labels, class Rng>
  Status step_stage(Net& net, Stage& stage, detail::Choice<k>, const Sample* samples, const Labels* labels,
                    size_t count, Rng& rng) {
    for (size_t s = 0; s < count; ++s) {
      detail::StackPass<0, k>::sample(net, samples[s], states, rng);
      const auto& below = states.template layer<k>();
      for (size_t i = 0; i < stage.inputs[s].size; ++i) {
        stage.inputs[s][i] = i < below.size ? below[i] : labels[s][i - below.size];
      }
    }
    return stage.trainer.step(net.template rbm<k>(), stage.inputs.values, count, rng);
  }
};

/// Of a Dbm: CD-k for each two neighbouring layers, with what comes from one side only counted twice. It takes the
/// extras scheduled and penalised, and starts its schedule anew where another pair is trained. The memory is Batch
/// times 2 V + 2 H states of the largest pair, and a state of all hidden layers.
template <class AllLayers, class Number, size_t Batch, Extras Chosen>
struct Pretrainer<Dbm<AllLayers, Number>, Batch, Chosen> {
  typedef Dbm<AllLayers, Number> Net;
  typedef typename Net::Scalar Scalar;
  typedef typename Net::Sample Sample;
  typedef Arithmetic<Scalar> Ops;
  typedef typename Ops::Option Option;
  static_assert((Chosen & ~unsigned{scheduled | penalised}) == 0,
                "rbm: the layers of a Dbm are pretrained with the extras scheduled and penalised only");
  static_assert(!Net::has_real_neighbours,
                "rbm: a Dbm does not learn between two neighbouring layers of real units: put units of finitely many "
                "states between them");
  static_assert(!Net::is_in_flash, "rbm: a model in flash cannot learn: convert() copies it to RAM");
  static_assert(Ops::template sum_fits<2 * size_t{Net::largest_layer}, bool{Net::has_real}>(),
                "rbm: a layer this large, counted twice, can overflow the sums of inputs: take a wider number type");
  static_assert(Ops::template batch_fits<Batch, bool{Net::has_real}>(),
                "rbm: a batch this large can overflow the sums of its statistics: take a smaller Batch");

  enum : unsigned { extras = Chosen };

  TrainingOptions<Chosen, Option> options;
  typename Net::Means states;  // of the layers below the pair that learns

  Pretrainer() : options(Net::has_real ? 0.001f : 0.1f), which(0) {}

  /// One update of weights<k>() and the biases of layer k + 1, with k = 0 those of v, too, from what the layers below
  /// draw, given `count` samples. Errors as of Trainer::step, and out_of_range where there is no such pair.
  template <class Rng>
  Status step(Net& net, size_t k, const Sample* samples, size_t count, Rng& rng) {
    Status status = count > Batch ? Status::too_large : first_failure(options.check(), Net::check(samples, count));
    if (status == Status::ok && !(net.visible.is_proper() && net.hidden.is_proper())) status = Status::out_of_range;
    if (status != Status::ok) return status;
    return detail::PretrainAt<0, pairs>::step(*this, net, k, samples, samples, count, rng);
  }

  /// One pass over any number of samples, in batches, in their order. Nothing is learnt where one of them is refused.
  template <class Rng>
  Status epoch(Net& net, size_t k, const Sample* samples, size_t count, Rng& rng) {
    Status status = first_failure(check(net), Net::check(samples, count));
    for (size_t first = 0; first < count && status == Status::ok; first += Batch) {
      status = step(net, k, samples + first, count - first < Batch ? count - first : Batch, rng);
    }
    return status;
  }

 private:
  template <size_t, size_t>
  friend struct detail::PretrainAt;
  enum : size_t { pairs = Net::depth - 1 };

  detail::OneStage<detail::PairStage<Net, Batch, Chosen>, 0, pairs - 1> stages;
  size_t which;  // is in memory

  template <size_t k, class Rng>
  Status step_at(Net& net, const Sample* samples, const Sample*, size_t count, Rng& rng) {
    typedef detail::Pair<Net, k> Model;
    typedef typename detail::PairStage<Net, Batch, Chosen>::template Of<k>::Type Stage;
    typedef detail::UpInputs<Model, (k + 1 < pairs)> Up;
    typedef detail::DownInputs<Model, (k > 0)> Down;
    typedef typename Net::Sum Sum;
    Stage& stage = detail::At<k>::of(stages);
    if (which != k) new (&stage) detail::InPlace<Stage>();
    which = k;
    Model model(net);
    const typename Model::VisibleState* const v_data =
        inputs_of(net, stage.inputs, samples, count, detail::Choice<k>(), rng);
    Status status = Status::ok;
    for (size_t s = 0; s < count; ++s) {
      Scalar *const v = stage.visible[s].values, *const h = stage.hidden[s].values;
      Scalar* const h_data = stage.hidden_data[s].values;
      detail::each_input<typename Model::Hidden>(
          Up{model, v_data[s].values}, [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
            model.hidden.mean(block, x, h_data + block.first);
            model.hidden.sample(block, x, h + block.first, rng, h_data + block.first);
          });
      for (uint16_t left = options.gibbs_steps; left > 0; --left) {
        detail::each_input<typename Model::Visible>(Down{model, h}, [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
          model.visible.sample(block, x, v + block.first, rng);
        });
        detail::each_input<typename Model::Hidden>(Up{model, v}, [&](Block block, Sum* x) RBM_ALWAYS_INLINE {
          if (left > 1) {
            model.hidden.sample(block, x, h + block.first, rng);
          } else {
            model.hidden.mean(block, x, h + block.first);
          }
        });
      }
    }
    if (!Ops::is_fixed) {
      status = first_failure(detail::check_states<typename Model::VisibleLayer>(stage.visible.values, count),
                             detail::check_states<typename Model::HiddenLayer>(stage.hidden.values, count));
      status =
          first_failure(status, detail::check_states<typename Model::HiddenLayer>(stage.hidden_data.values, count));
      if (status != Status::ok) return Status::not_finite;
    }
    typedef detail::AverageGradient<Model, detail::StateAverages<Model>> Gradient;
    Gradient gradient({v_data, stage.hidden_data.values, count, nullptr},
                      {stage.visible.values, stage.hidden.values, count, nullptr});
    const Option rate = rate_of(detail::part_of<const detail::UpdateCounter>(&stage));
    detail::Update<Pretrainer, Gradient, Rng>(model, gradient, options, {nullptr, nullptr, nullptr, nullptr, nullptr},
                                              static_cast<typename Ops::Delta>(rate), rng, k == 0)
        .run();
    if (detail::has(Chosen, scheduled)) detail::part_of<detail::UpdateCounter>(&stage)->count_update();
    return Status::ok;
  }

  Option rate_of(const detail::UpdateCounter* counter) const {
    if (!detail::has(Chosen, scheduled)) return options.learning_rate;
    return detail::part_of<const detail::ScheduleOptions<Option>>(&options)->rate_after(counter->updates,
                                                                                        options.learning_rate);
  }

  template <class Inputs, class Rng>
  static const Sample* inputs_of(Net&, Inputs&, const Sample* samples, size_t, detail::Choice<0>, Rng&) {
    return samples;
  }
  template <class Inputs, size_t k, class Rng>
  auto inputs_of(Net& net, Inputs& inputs, const Sample* samples, size_t count, detail::Choice<k>, Rng& rng)
      -> decltype(inputs.begin()) {
    for (size_t s = 0; s < count; ++s) {
      detail::PassUp<k>::sample(net, samples[s], states, rng);
      inputs[s] = states.template layer<k>();
    }
    return inputs.begin();
  }
};

}  // namespace rbm

#endif  // RBM_DEEP_PRETRAINER_HPP
