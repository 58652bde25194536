using Kiroku.Actions;
using Kiroku.Storage;

namespace Kiroku.Tests.Actions;

/// <summary>Stores an answer in a transaction of its own.</summary>
internal static class Keep
{
    public static Task KeepAsync(this KeptAnswers answers, IDatabase database, Keeping keeping)
        => database.WriteAsync(async connection =>
    {
        await answers.InsertAsync(connection, keeping);
        return 0;
    }, TestContext.Current.CancellationToken);
}
