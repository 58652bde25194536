namespace Kiroku.Nodes;

/// <summary>Whether this node takes no new work any more, which others are to know.</summary>
internal sealed class NodeDrain
{
    private volatile bool isAsked;

    public bool IsAsked => isAsked;

    public void Ask() => isAsked = true;
}
