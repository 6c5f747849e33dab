"""Training steps as CUDA graphs: of networks this small a GPU runs the kernels faster than Python launches them."""
import torch

WARM = 3


def replayed(step):
    """`step()`, a function of nothing that works on the same tensors every time and returns one, recorded once and replayed from then on.

    It runs a few times before it is recorded. Whatever it does in Python is done then only; random numbers differ from replay to replay.
    """
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(WARM):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = step()

    def replay():
        graph.replay()
        return result

    return replay


def adam(parameters, lr, betas, device):
    """Adam whose steps can be recorded on a GPU; set its rate with `set_rate`, and load its state with `load`."""
    on_gpu = device.type == "cuda"
    rate = torch.tensor(lr, device=device) if on_gpu else lr
    return torch.optim.Adam(parameters, lr=rate, betas=betas, eps=1e-8, fused=True, capturable=on_gpu)


def load(optimizer, state):
    """The moments; options stay as they are, so that what a processor has begun can be recorded on a GPU."""
    options = [{name: value for name, value in group.items() if name != "params"} for group in optimizer.param_groups]
    optimizer.load_state_dict(state)
    for group, own in zip(optimizer.param_groups, options):
        group.update(own)


def set_rate(optimizer, lr):
    for group in optimizer.param_groups:
        if torch.is_tensor(group["lr"]):
            group["lr"].fill_(lr)
        else:
            group["lr"] = lr
