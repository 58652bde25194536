namespace Kiroku.Api;

/// <summary>What <see cref="Problem"/> writes, as the description of the API has it.</summary>
internal sealed record ProblemDocument
{
    /// <summary>The kind of problem, for good.</summary>
    public required string Type { get; init; }

    /// <summary>The status in words.</summary>
    public required string Title { get; init; }

    public required int Status { get; init; }

    /// <summary>What is wrong, in a sentence.</summary>
    public required string Detail { get; init; }

    /// <summary>Where in a filter, in characters from 1.</summary>
    public int? Column { get; init; }

    /// <summary>The id of the refused request.</summary>
    public required string RequestId { get; init; }
}
