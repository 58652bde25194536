namespace Kiroku.Tests.House;

/// <summary>
/// Finds the circles in a graph: its strongly connected components of two or more nodes (Tarjan's algorithm).
/// </summary>
internal sealed class Circles
{
    private readonly IReadOnlyDictionary<string, IReadOnlySet<string>> graph;
    private readonly Dictionary<string, int> order = [];
    private readonly Dictionary<string, int> lowest = [];
    private readonly Stack<string> open = new();
    private readonly HashSet<string> isOpen = [];
    private readonly List<IReadOnlyList<string>> found = [];

    private Circles(IReadOnlyDictionary<string, IReadOnlySet<string>> graph) => this.graph = graph;

    /// <summary>Each circle with its members sorted, the largest first.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> In(IReadOnlyDictionary<string, IReadOnlySet<string>> graph)
    {
        var circles = new Circles(graph);
        foreach (var start in graph.Keys.Order(StringComparer.Ordinal).Where(
            start => !circles.order.ContainsKey(start)))
            circles.Visit(start);
        return [
            .. circles.found.OrderByDescending(circle => circle.Count).ThenBy(
                circle => circle[0], StringComparer.Ordinal)];
    }

    private void Visit(string at)
    {
        order[at] = lowest[at] = order.Count;
        open.Push(at);
        isOpen.Add(at);
        foreach (var next in graph.GetValueOrDefault(at) ?? new HashSet<string>())
        {
            if (!order.TryGetValue(next, out var seen))
            {
                Visit(next);
                lowest[at] = Math.Min(lowest[at], lowest[next]);
            }
            else if (isOpen.Contains(next))
            {
                lowest[at] = Math.Min(lowest[at], seen);
            }
        }
        if (lowest[at] == order[at])
            Close(at);
    }

    private void Close(string first)
    {
        var circle = new List<string>();
        do
        {
            circle.Add(open.Pop());
            isOpen.Remove(circle[^1]);
        }
        while (circle[^1] != first);
        if (circle.Count > 1)
            found.Add([.. circle.Order(StringComparer.Ordinal)]);
    }
}
