namespace Kiroku.Nodes;

/// <summary>Notes that this node takes no new work any more, so that it can tell the other nodes.</summary>
internal sealed class NodeDrain
{
    private volatile bool isAsked;

    public bool IsAsked => isAsked;

    public void Ask() => isAsked = true;
}
