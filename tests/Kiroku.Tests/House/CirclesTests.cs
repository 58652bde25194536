namespace Kiroku.Tests.House;

/// <summary>No uses lead back to where they began, so a reader of a file can read what it uses first.</summary>
public sealed class CirclesTests
{
    [Fact]
    public void No_folders_use_each_other()
        => AssertKnown(KnownCircles.Folders, Circles.In(Product.Current.FolderGraph));

    [Fact]
    public void No_files_use_each_other_but_for_pairs_that_are_one_thing()
        => AssertKnown([.. KnownCircles.Files, .. KnownCircles.Pairs.Keys], Circles.In(Product.Current.FileGraph));

    [Fact]
    public void A_circle_is_found_without_the_files_that_only_lead_to_it()
    {
        var graph = new Dictionary<string, IReadOnlySet<string>>
        {
            ["start"] = new HashSet<string> { "a" },
            ["a"] = new HashSet<string> { "b", "end" },
            ["b"] = new HashSet<string> { "c" },
            ["c"] = new HashSet<string> { "a", "d" },
            ["d"] = new HashSet<string> { "e" },
            ["e"] = new HashSet<string> { "d" },
        };

        Assert.Equal(["a b c", "d e"], Circles.In(graph).Select(circle => string.Join(' ', circle)));
    }

    [Fact]
    public void A_file_uses_what_it_names_infers_or_takes_a_constant_from()
    {
        var uses = Product.Current.Files.Single(file => file.Path == "Servers/Work/StopServer.cs").Uses;

        Assert.Contains("Actions/RecordedNames.cs", uses);
        Assert.Contains("Hypervisors/MachineState.cs", uses);
        Assert.DoesNotContain("Servers/Work/StopServer.cs", uses);
    }

    /// <summary>Lists of known circles may only shrink: whoever breaks a circle removes it from the list.</summary>
    private static void AssertKnown(IReadOnlyCollection<string> known, IEnumerable<IReadOnlyList<string>> found)
    {
        var circles = found.Select(circle => string.Join(' ', circle)).ToList();
        Assert.Empty(circles.Except(known));
        Assert.Empty(known.Except(circles));
    }
}
