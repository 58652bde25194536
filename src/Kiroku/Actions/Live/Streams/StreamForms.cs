using Kiroku.Api;
using Microsoft.Net.Http.Headers;

namespace Kiroku.Actions.Live.Streams;

/// <summary>Chooses a stream's form by what the client accepts (RFC 9110, section 12.5.1).</summary>
internal static class StreamForms
{
    /// <summary>The forms that there are; of equally welcome ones the first is taken.</summary>
    private static readonly (StreamForm Form, MediaTypeHeaderValue Type)[] All =
        [Of(new EventStream()), Of(new JsonLines())];

    public static IEnumerable<string> MediaTypes => All.Select(form => form.Form.MediaType);

    /// <exception cref="Fault">406: the client accepts none of them.</exception>
    public static StreamForm Choose(HttpRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Headers.Accept))
            return All[0].Form;
        var accepted = request.GetTypedHeaders().Accept;
        var (form, rank) = All.Select(form => (form.Form, Rank: RankOf(form.Type, accepted)))
            .MaxBy(form => (form.Rank.Quality, form.Rank.Precision));
        return rank.Quality > 0 ? form : throw Refuse();
    }

    /// <summary>How welcome a type is: the quality of the range that fits most precisely, and how precise that
    /// is.</summary>
    private static (double Quality, int Precision) RankOf(
        MediaTypeHeaderValue type, IEnumerable<MediaTypeHeaderValue> accepted)
        => accepted.Where(type.IsSubsetOf).Select(range => (range.Quality ?? 1, Precision: PrecisionOf(range)))
            .OrderByDescending(range => range.Precision).FirstOrDefault();

    private static int PrecisionOf(MediaTypeHeaderValue range)
        => range.MatchesAllTypes ? 1 : range.MatchesAllSubTypes ? 2 : 3;

    private static (StreamForm Form, MediaTypeHeaderValue Type) Of(StreamForm form)
        => (form, new MediaTypeHeaderValue(form.MediaType));

    private static Fault Refuse() => new(
        StatusCodes.Status406NotAcceptable,
        $"The stream comes as {string.Join(" or ", MediaTypes)}.");
}
